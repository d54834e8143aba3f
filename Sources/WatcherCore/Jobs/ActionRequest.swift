/// One step of a job, for the performer of its kind. It holds all that the step needs but secrets.
package struct ActionRequest: Sendable, Equatable {
    package var job: String
    package var action: String
    /// For the log's name: 1 for the first.
    package var attempt: Int
    package var target: AnyActionTarget
    package var step: ActionStep
    /// What was started, where it is followed.
    package var run: Run?
    /// The job as the `started` message says it.
    package var message: Message

    package init(
        job: String, action: String, attempt: Int, target: AnyActionTarget, step: ActionStep, run: Run? = nil,
        message: Message
    ) {
        self.job = job
        self.action = action
        self.attempt = attempt
        self.target = target
        self.step = step
        self.run = run
        self.message = message
    }
}

/// Where a job is on its way.
package enum ActionStep: Sendable, Equatable, Codable {
    /// On disk before it acts, so a crash in it means: it may have been done.
    case start
    /// The response was lost: what it may have started is looked for, until then.
    case find(until: Timestamp)
    /// What it has started is followed.
    case follow(looks: Int, missingSince: Timestamp?)
}

/// What a step brought.
package struct ActionResult: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// It is done, or what was followed has ended well.
        case succeeded
        /// It was started, or found.
        case started(Run)
        /// What is followed has not ended.
        case underway
        /// What was looked for, or is followed, is not there.
        case absent
        /// It may have been done: the reason why nobody knows.
        case unknown(String)
        /// Certainly nothing was done, or it has ended badly.
        case failed(RequestFailure)

        var failure: RequestFailure? { if case .failed(let failure) = self { failure } else { nil } }
    }

    package var outcome: Outcome
    /// The file with its output, beside the state.
    package var log: String?
    /// What the server said about the rate limit of the action's account.
    package var reading: RateLimitReading?

    package init(_ outcome: Outcome, log: String? = nil, reading: RateLimitReading? = nil) {
        self.outcome = outcome
        self.log = log
        self.reading = reading
    }
}
