/// How far a pass is: what `once` and `trigger` show while they run.
package struct PassProgress: Sendable, Equatable {
    package struct Job: Sendable, Equatable {
        package var id: String
        /// The action and the releases.
        package var title: String
        /// What is being done, in words.
        package var state: String
        package var since: Timestamp
        /// Whether the events of a pass say so already, such as that a run was started.
        package var isAnnounced: Bool

        package func line(at now: Instant) -> String {
            "\(title): \(state), \(Words.elapsed(now.floor.seconds(since: since)))"
        }
    }

    package var checked: Int
    package var total: Int
    /// Checks that have been begun.
    package var underWay = 0
    /// Our own limit keeps the checks waiting until this uptime in milliseconds.
    package var limitedUntil: Int64?
    package var requestsPerMinute: Int
    /// Those that are under way.
    package var jobs: [Job]

    /// One line; empty when there is nothing to wait for.
    package func line(at now: Instant) -> String {
        if checked < total {
            var text = "checked \(checked) of \(total)"
            if let limitedUntil, limitedUntil > now.uptime {
                let seconds = (limitedUntil - now.uptime + 999) / 1000
                text += ", goes on in \(Words.elapsed(seconds)): limit of \(requestsPerMinute) requests a minute"
            }
            return text
        }
        return jobs.map { $0.line(at: now) }.joined(separator: "; ")
    }
}

extension Core {
    package func progress(at now: Instant) -> PassProgress {
        PassProgress(
            checked: report.upstreams.count, total: mode.upstreams?.count ?? config.upstreams.count,
            underWay: checking.count,
            limitedUntil: schedule.limitedUntil, requestsPerMinute: config.github.requestsPerMinute,
            jobs: ledger.jobs.filter { isUnderWay($0) || report.jobs.contains($0.id) }.map(PassProgress.Job.init))
    }
}

extension PassProgress.Job {
    package init(_ job: WatcherCore.Job) {
        self.init(
            id: job.id, title: "\(job.action) for \(Words.releases(job.releases ?? job.causes))", state: job.stateWords,
            since: job.begunAt ?? job.created, isAnnounced: job.isStateAnnounced)
    }
}

extension Job {
    fileprivate var isStateAnnounced: Bool {
        switch phase {
        case .lookingUp, .asking, .verifying, .moving: false
        case .pending: reason == nil
        default: true
        }
    }

    /// What is being done, for people.
    package var stateWords: String {
        switch phase {
        case .pending: reason.map { "pending, \($0)" } ?? "pending"
        case .dispatching: "starting its run"
        case .lookingUp: "looking for its run"
        case .following: "run in progress"
        case .asking: "checking the registry"
        case .building: "building"
        case .verifying: "verifying its image in the registry"
        case .moving: "moving tags"
        default: status
        }
    }
}

extension Report {
    /// How a pass ended, in one line.
    package func summary(seconds: Int64) -> String {
        let words: [(CheckResult.Word, String)] = [
            (.news, "new"), (.baseline, "recorded as baseline"), (.waiting, "waiting"), (.failed, "failed"),
            (.unchanged, "unchanged"),
        ]
        let counts = words.compactMap { word, text in
            let count = upstreams.values.count { $0.word == word }
            return count == 0 ? nil : "\(count) \(text)"
        }
        return "\(upstreams.count) checked in \(Words.elapsed(seconds)): \(counts.joined(separator: ", "))"
            + (jobs.isEmpty ? "" : "; \(jobs.count) \(jobs.count == 1 ? "job" : "jobs")")
    }
}
