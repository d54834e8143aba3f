import Glibc
import Synchronization
package import UnixSignals
package import WatcherCore

/// Signals as events: SIGTERM and SIGINT ask to stop, SIGHUP to read the configuration again.
package enum Signals {
    /// Asks to stop at the first signal; the second ends the program at once, with the status that shells expect.
    package static func stops() async -> any AsyncSequence<Event, Never> & Sendable {
        let seen = Seen()
        return await UnixSignalsSequence(trapping: .sigterm, .sigint).map { signal in
            let status = 128 + (signal == .sigterm ? SIGTERM : SIGINT)
            if seen.count.add(1, ordering: .relaxed).oldValue > 0 { _exit(status) }
            StopDeadline.start(status: status)
            return Event.shutdownRequested
        }
    }

    /// What `arrived` makes of each SIGHUP or SIGUSR1; nothing for nil.
    package static func others(
        _ arrived: @escaping @Sendable (UnixSignal) async -> [Event]
    ) async -> any AsyncSequence<Event, Never> & Sendable {
        await UnixSignalsSequence(trapping: .sighup, .sigusr1).map { signal in
            AsyncEvents(events: await arrived(signal))
        }.flatMap { $0 }
    }

    private struct AsyncEvents: AsyncSequence, Sendable {
        typealias Element = Event
        typealias Failure = Never
        let events: [Event]

        struct Iterator: AsyncIteratorProtocol {
            var rest: ArraySlice<Event>

            mutating func next() async -> Event? { rest.popFirst() }

            mutating func next(isolation actor: isolated (any Actor)?) async throws(Never) -> Event? { rest.popFirst() }
        }

        func makeAsyncIterator() -> Iterator { Iterator(rest: events[...]) }
    }

    private final class Seen: Sendable {
        let count = Atomic<Int>(0)
    }
}
