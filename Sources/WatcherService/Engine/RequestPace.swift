import Synchronization
package import WatcherCore

/// Lets the requests on one account go in turn: no more than so many in any minute, and none while its server has asked
/// for a pause. A wait here is before the request, so that it counts for none of its time limits.
package final class RequestPace: Sendable {
    /// What tells the time, and waits.
    package struct Time: Sendable {
        /// Uptime in milliseconds.
        var now: @Sendable () -> Int64
        /// Waits until an uptime, or until it is cancelled.
        var wait: @Sendable (Int64) async -> Void

        package init(now: @escaping @Sendable () -> Int64, wait: @escaping @Sendable (Int64) async -> Void) {
            self.now = now
            self.wait = wait
        }

        package static let real = Time(
            now: { Clock.now().uptime },
            wait: { uptime in
                try? await Task.sleep(for: .milliseconds(uptime - Clock.now().uptime), clock: .continuous)
            })
    }

    private struct State {
        var window: RequestWindow
        /// Requests that wait, by number: for what they wait, and until which uptime.
        var waits: [Int: (task: Task<Void, Never>, until: Int64)] = [:]
        var lastNumber = 0
        var pause: (until: Int64, isNamed: Bool, reason: String)?

        /// What the server said, while its pause is not over.
        mutating func refusal(at now: Int64) -> RequestFailure? {
            guard let pause else { return nil }
            guard now < pause.until else {
                self.pause = nil
                return nil
            }
            return .rateLimited(seconds: pause.isNamed ? (pause.until - now + 999) / 1000 : nil, pause.reason)
        }
    }

    private enum Place {
        case now
        case later(Task<Void, Never>, number: Int)
        case never(RequestFailure)
    }

    private let state: Mutex<State>
    private let time: Time

    package init(limit: Int = Config().github.requestsPerMinute, time: Time = .real) {
        state = Mutex(State(window: RequestWindow(limit: limit)))
        self.time = time
    }

    /// Returns nil when the request is to be made, and otherwise why it is not: nothing was sent then.
    func turn() async -> RequestFailure? {
        switch place() {
        case .now: return nil
        case .never(let failure): return failure
        case .later(let wait, let number):
            await withTaskCancellationHandler {
                await wait.value
            } onCancel: {
                wait.cancel()
            }
            let refusal = state.withLock { state in
                state.waits[number] = nil
                return state.refusal(at: time.now())
            }
            return refusal ?? (Task.isCancelled ? .cancelled : nil)
        }
    }

    private func place() -> Place {
        state.withLock { state in
            let now = time.now()
            if let refusal = state.refusal(at: now) { return .never(refusal) }
            let uptime = state.window.take(at: now)
            guard uptime > now else { return .now }
            state.lastNumber &+= 1
            // Its own task: a pause ends the wait, and not what waits.
            let wait = Task { [time] in await time.wait(uptime) }
            state.waits[state.lastNumber] = (wait, uptime)
            return .later(wait, number: state.lastNumber)
        }
    }

    /// Takes to heart what a request met: where the server asked for a pause, all that wait get that answer in its words.
    func note(_ failure: RequestFailure) {
        guard case .rateLimited(let seconds, let reason) = failure else { return }
        let length = min(max(seconds ?? Backoff.unnamedLimit(after: 1), 1), Backoff.longestNamedPause)
        state.withLock { state in
            let now = time.now()
            let until = now + length * 1000
            if until >= state.pause?.until ?? until { state.pause = (until, seconds != nil, reason) }
            state.window.giveBack(after: now)
            for wait in state.waits.values { wait.task.cancel() }
        }
    }

    // MARK: - For those who watch

    package var limit: Int {
        get { state.withLock { $0.window.limit } }
        set { state.withLock { $0.window.limit = newValue } }
    }

    /// How many requests wait, and until which uptime the first of them does.
    package var waiting: (count: Int, until: Int64?) {
        state.withLock { ($0.waits.count, $0.waits.values.lazy.map(\.until).min()) }
    }
}

/// The paces of all accounts. They outlive a configuration: what was sent counts for the next one too.
package final class RequestPaces: Sendable {
    private let paces = Mutex<[Core.AccountKey: RequestPace]>([:])
    private let time: RequestPace.Time

    package init(time: RequestPace.Time = .real) {
        self.time = time
    }

    /// That of an account, with its limit by this configuration.
    package func pace(_ account: Core.AccountKey, _ config: Config) -> RequestPace {
        let limit = account.requestsPerMinute(config)
        return paces.withLock { paces in
            let pace = paces[account] ?? RequestPace(limit: limit, time: time)
            pace.limit = limit
            paces[account] = pace
            return pace
        }
    }

    fileprivate var waits: [(count: Int, until: Int64, limit: Int)] {
        paces.withLock { Array($0.values) }.compactMap { pace in
            let (count, until) = pace.waiting
            return until.map { (count, $0, pace.limit) }
        }
    }
}

extension PassProgress {
    /// The same, with the limit that keeps all checks that have been begun waiting for their next request.
    package func limited(by paces: RequestPaces) -> PassProgress {
        let waits = paces.waits
        guard underWay > 0, waits.reduce(0, { $0 + $1.count }) >= underWay,
            let first = waits.min(by: { $0.until < $1.until })
        else { return self }
        var limited = self
        limited.limitedUntil = first.until
        limited.requestsPerMinute = first.limit
        return limited
    }
}
