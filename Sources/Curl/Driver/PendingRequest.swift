import Synchronization

/// The meeting point of one `send` and the driver's thread: the first result wins, whichever side is there first.
///
/// Two races end here. A cancel may come before the caller has parked: the result waits for it. And a cancel may
/// overtake the call's own start on the way to the driver: the driver then finds the call ended, and does not start it.
final class PendingRequest: Sendable {
    typealias Outcome = Result<HTTPResponse, HTTPError>

    private enum State {
        case open
        case parked(CheckedContinuation<Outcome, Never>)
        case ended(Outcome)
    }

    let request: HTTPRequest
    let target: RequestTarget
    /// When the request's `timeout` is over.
    let deadline: ContinuousClock.Instant
    private let state = Mutex(State.open)

    init(_ request: HTTPRequest, target: RequestTarget) {
        self.request = request
        self.target = target
        deadline = .now + min(request.timeout, Self.longestTimeout)
    }

    /// Keeps the sum with the clock's reading away from overflow.
    private static let longestTimeout = Duration.seconds(24 * 3600)

    /// Whether nobody waits for a result any more.
    var isEnded: Bool {
        state.withLock { if case .ended = $0 { true } else { false } }
    }

    /// From any thread, any number of times: only the first has an effect.
    func end(_ outcome: Outcome) {
        let parked: CheckedContinuation<Outcome, Never>? = state.withLock { state in
            switch state {
            case .open:
                state = .ended(outcome)
                return nil
            case .parked(let continuation):
                state = .ended(outcome)
                return continuation
            case .ended:
                return nil
            }
        }
        parked?.resume(returning: outcome)
    }

    /// To be awaited once. Returns as soon as `end` was called.
    func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let early: Outcome? = state.withLock { state in
                if case .ended(let outcome) = state { return outcome }
                state = .parked(continuation)
                return nil
            }
            if let early { continuation.resume(returning: early) }
        }
    }
}
