extension StatusSnapshot {
    /// Something that goes on only when a person does something.
    package struct ActionRequired: Sendable, Equatable {
        /// One line; parts of it may be untrusted.
        package var text: String
        package var since: Timestamp?
        /// An address that the text names.
        package var url: String?
        package var commands: [Command] = []

        package struct Command: Sendable, Equatable {
            package var command: String
            /// Begins with "to" or "for".
            package var purpose: String
        }
    }

    package var actionRequired: [ActionRequired] {
        jobs.filter(\.waitsForApproval).map { job in
            ActionRequired(
                text: TextStatus.job(job, at: time), since: job.created, url: job.url,
                commands: [
                    .init(command: "watcher approve \(job.id)", purpose: "to start it"),
                    .init(command: "watcher reject \(job.id)", purpose: "to end it"),
                ])
        }
            + upstreams.compactMap { $0.actionRequired(at: time) }
            + jobs.filter(\.isActionRequired).map { job in
                ActionRequired(
                    text: TextStatus.job(job, at: time), since: job.ended, url: job.url,
                    commands: [
                        .init(command: "watcher retry \(job.id)", purpose: "to start it again"),
                        .init(command: "watcher forget \(job.id)", purpose: "to delete it"),
                    ])
            }
            + deliveries.filter { $0.state == .failed }.map { delivery in
                let reason = delivery.reason.map { ": \($0)" } ?? ""
                return ActionRequired(
                    text: "\(delivery.id) \(delivery.type.rawValue) message to \(delivery.notifier) failed\(reason)",
                    since: delivery.ended,
                    commands: [
                        .init(command: "watcher notify \(delivery.notifier)", purpose: "to test it"),
                        .init(command: "watcher forget \(delivery.id)", purpose: "to delete it"),
                    ])
            }
            + outputFailures.sorted { $0.key < $1.key }.map {
                ActionRequired(text: "outputs.\($0.key) cannot be written: \($0.value)")
            }
    }
}

extension StatusSnapshot.Upstream {
    /// Nil while it can go on by itself.
    func actionRequired(at now: Timestamp) -> StatusSnapshot.ActionRequired? {
        if let id = replacedBy {
            StatusSnapshot.ActionRequired(
                text: "\(name): stopped, \(repository) is now another repository (id \(id))", since: lastGoodCheck,
                commands: [.init(command: "watcher accept \(name)", purpose: "to follow that repository")])
        } else if needsPerson {
            StatusSnapshot.ActionRequired(
                text: "\(name): \(TextStatus.failedChecks(self))", since: lastGoodCheck,
                commands: [.init(command: "watcher explain \(name)", purpose: "for details")])
        } else if isStale {
            StatusSnapshot.ActionRequired(
                text: "\(name): \(TextStatus.checked(self, at: now))", since: lastGoodCheck,
                commands: [.init(command: "watcher doctor", purpose: "to find out why")])
        } else {
            nil
        }
    }
}
