// When the files of `outputs` are written. Without any nothing is computed.

extension Core {
    /// What is known of the files while the process lives.
    struct OutputState: Sendable {
        /// The most important change that they do not show yet; the first pass is one.
        var unwritten = Unsaved.noted
        var isWriting = false
        /// The uptime of the latest write; of a daemon that has not written yet, of its start.
        var lastWrite: Int64?
    }

    /// Milliseconds between two writes by a daemon, at least.
    package static let outputInterval: Int64 = 1000
    /// The same for each upstream: after a change such as a new release, and after one of times and counters only. A
    /// thousand upstreams are checked many times a second, and each write costs as much as several checks.
    package static let outputIntervals = (durable: Int64(5), noted: Int64(100))

    /// In a pass that ends by itself the files are written last, and while it waits for a build; `isIdle` says that
    /// nothing else has become due. A daemon writes them after changes.
    mutating func dueOutputs(isIdle: Bool, at now: Instant) -> [Command] {
        guard !config.outputs.isEmpty, !outputs.isWriting, outputs.unwritten > .nothing else { return [] }
        if mode.repeats {
            outputs.lastWrite = outputs.lastWrite ?? now.uptime
            guard let next = nextOutputs, now.uptime >= next else { return [] }
        } else {
            guard isIdle, checking.isEmpty, !schedule.hasQueue, sending.isEmpty,
                working.isSubset(of: builds.union(longRunning.keys))
            else {
                return []
            }
        }
        openEventLog(at: now)
        outputs.isWriting = true
        outputs.unwritten = .nothing
        outputs.lastWrite = now.uptime
        return [.publish(StatusSnapshot(config, ledger, at: now), to: config.outputs)]
    }

    /// The uptime at which a daemon writes next; nil when nothing has changed.
    var nextOutputs: Int64? {
        guard mode.repeats, !config.outputs.isEmpty, !outputs.isWriting, let lastWrite = outputs.lastWrite else {
            return nil
        }
        let share =
            switch outputs.unwritten {
            case .nothing: Int64?.none
            case .noted: Self.outputIntervals.noted
            case .durable: Self.outputIntervals.durable
            }
        return share.map { lastWrite + max(Self.outputInterval, $0 * Int64(config.upstreams.count)) }
    }

    /// Reports a file that could not be written once, and again after it has been written in between.
    mutating func published(_ failures: [String: String], at now: Instant) {
        outputs.isWriting = false
        for key in config.outputs.keys.sorted() {
            let reason = failures[key]
            if ledger.outputFailures?[key] != reason {
                var all = ledger.outputFailures ?? [:]
                all[key] = reason
                ledger.outputFailures = all.isEmpty ? nil : all
                changed(.noted)
            }
            if let reason {
                attend(
                    Self.unwrittenOutput(key), upstream: nil, "outputs.\(key) cannot be written: \(reason)", at: now)
            } else if ledger.told.removeValue(forKey: Self.unwrittenOutput(key)) != nil {
                changed(.noted)
            }
        }
    }

    /// Makes the log of the feed where one is configured.
    mutating func openEventLog(at now: Instant) {
        guard ledger.events == nil, config.outputs[AtomFeed.key] != nil else { return }
        ledger.events = EventLog(at: now)
        unsaved = max(unsaved, .noted)
    }

    private static func unwrittenOutput(_ key: String) -> String { "output:\(key)" }
}

extension Ledger {
    /// Counts where metrics are written, and forgets what belongs to outputs that are not configured.
    mutating func prepareOutputs(_ config: Config) {
        if config.outputs[PrometheusText.key] == nil {
            counters = nil
        } else {
            counters = counters ?? Counters()
            counters?.keep(actions: Set(config.actions.keys), notifiers: Set(config.notifiers.keys))
        }
        if config.outputs[AtomFeed.key] == nil { events = nil }
        recent = config.outputs[HTMLStatus.key] == nil ? nil : recent ?? ReleaseLog()
        guard let outputFailures else { return }
        let configured = outputFailures.filter { config.outputs[$0.key] != nil }
        self.outputFailures = configured.isEmpty ? nil : configured
    }
}
