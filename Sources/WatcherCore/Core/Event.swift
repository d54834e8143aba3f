/// What has happened. Each command that the core hands out comes back as exactly one of these.
package enum Event: Sendable, Equatable {
    /// The target is that of the command: an answer for a repository that is configured no longer is dropped.
    case checked(CheckTarget, CheckOutcome, RateLimitReading?)
    case identified(CheckTarget, Identified, RateLimitReading?)
    case surveyed(SurveyQuery, SurveyOutcome, RateLimitReading?)
    case dispatched(job: String, DispatchOutcome, RateLimitReading?)
    case lookedUp(job: String, LookupOutcome, RateLimitReading?)
    case followed(job: String, FollowOutcome, RateLimitReading?)
    case built(job: String, BuildOutcome)
    case verified(job: String, VerifyOutcome)
    case moved(job: String, MoveOutcome)
    case ran(job: String, ActionResult)
    case buildEnded(job: String)
    /// Nil: cut off by shutdown; it counts for nothing.
    case delivered(message: String, notifier: String, DeliveryOutcome?)
    /// Nil when it went well.
    case heartbeat(RequestFailure?)
    /// The reasons of the outputs that could not be written, by their keys.
    case published([String: String])
    case woke
    case shutdownRequested
    /// A new configuration has been read; the shell uses it for every command from now on.
    case reconfigured(Config)
    /// The answer is given under that number once what it changed is on disk.
    case requested(ControlRequest, number: Int)

    package enum Identified: Sendable, Equatable {
        case known(RepositoryIdentity)
        case failed(RequestFailure)
    }
}

/// What the shell shall do. The core never does anything itself.
package enum Command: Sendable, Equatable {
    case check(Check)
    case identify(CheckTarget)
    case survey(SurveyQuery)
    case dispatch(Dispatch)
    case lookUp(job: String, action: String, WorkflowTarget, since: Timestamp)
    case follow(job: String, action: String, WorkflowTarget, run: Run)
    case build(Build)
    case verify(Verify)
    case move(Move)
    case run(ActionRequest)
    /// End the build or the command of a job that was deleted while it ran; its own event comes besides.
    case endBuild(job: String)
    case deliver(Message, notifier: String)
    case heartbeat
    /// Write the status to files: paths by the key of their format.
    case publish(StatusSnapshot, to: [String: String])
    /// Come back after so many milliseconds. At most one counts; a stale one is harmless.
    case wake(milliseconds: Int64)

    package struct Check: Sendable, Equatable {
        package var target: CheckTarget
        /// All pages instead of the first, and the repository's identity with them.
        package var isSweep: Bool
        package var etag: String?
    }

    package struct Dispatch: Sendable, Equatable {
        package var job: String
        package var action: String
        package var target: WorkflowTarget
        package var inputs: [String: String]
    }

    /// Whether it changes the world: what it acts on must be on disk before it is started.
    package var acts: Bool {
        switch self {
        case .dispatch, .build, .move, .endBuild, .deliver: true
        case .run(let request): request.step == .start
        case .check, .identify, .survey, .lookUp, .follow, .verify, .heartbeat, .publish, .wake: false
        }
    }

    /// Whether it takes as long as it takes, by a limit of the configuration. It is cut off at once when the program is
    /// to stop, and begun again later.
    package var isLong: Bool {
        switch self {
        case .build: true
        case .run(let request): request.target.base.isLong
        default: false
        }
    }
}

/// Something that a person may want to read, as it happens.
package struct LogEvent: Sendable, Equatable {
    package enum Level: Sendable, Equatable {
        /// Only on request: nothing new, or an error that the next pass tries again.
        case detail
        /// News: one line each.
        case news
        /// A person is needed.
        case failure
    }

    package var level: Level
    /// The whole of it in words, for people.
    package var text: String
    package var hint: String?
    /// The same words each time, for logs that are searched; what varies is in `fields`.
    package var topic: String
    package var fields: [String: String]

    package init(level: Level, text: String, hint: String?, topic: String, fields: [String: String]) {
        self.level = level
        self.text = text
        self.hint = hint
        self.topic = topic
        self.fields = fields
    }
}

/// What a person asks of a running instance, or does to the state when none is running.
package enum ControlRequest: Sendable, Equatable, Codable {
    case trigger(action: String, releases: [String: ReleaseReference])
    case retry(job: String)
    case forget(id: String)
    case approve(job: String)
    case reject(job: String)
    case accept(upstream: String)
    case checkNow

    package enum Reply: Sendable, Equatable, Codable {
        case done(String)
        case refused(String, hint: String?)
    }
}

/// How a look at an upstream ended, in the contract's words.
package struct CheckResult: Sendable, Equatable {
    package enum Word: String, Sendable, CaseIterable { case baseline, unchanged, news, waiting, failed }

    package var word: Word
    /// The reason of a failure, or what is waited for.
    package var detail: String?
    /// The highest release that is known.
    package var tag: String?
}

/// What a pass did, for `once`.
package struct Report: Sendable, Equatable {
    package var upstreams: [String: CheckResult] = [:]
    /// The jobs that the pass touched.
    package var jobs: Set<String> = []
    package var deliveries: [Delivery] = []

    package init() {}

    package struct Delivery: Sendable, Equatable {
        package var id: String
        package var notifier: String
        /// `succeeded`, `pending` or `failed`.
        package var status: String
        package var reason: String?

        package init(id: String, notifier: String, status: String, reason: String? = nil) {
            self.id = id
            self.notifier = notifier
            self.status = status
            self.reason = reason
        }
    }
}
