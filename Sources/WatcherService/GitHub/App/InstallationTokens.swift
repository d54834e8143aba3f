package import Curl
import Synchronization
package import WatcherCore

/// The token of an app's installation: asked for when it is first needed, and renewed before it ends, by one request
/// however many wait for it.
package final class InstallationTokens: Sendable {
    package let app: Config.GitHubApp
    let http: HTTPClient
    private let apiURL: String
    private let signer: AppSigner
    private let network: HTTPNetwork
    private let version: APIVersion
    private let clock: @Sendable () -> Instant
    private let state = Mutex(State())

    /// Milliseconds before its end at which a token is renewed; half of its life where that is less.
    static let margin: Int64 = 300_000
    /// Milliseconds for which a failure is the answer to everybody, so that a thousand checks do not ask a thousand times.
    static let failureLife: Int64 = 15_000
    /// Milliseconds between two tokens that were given up because GitHub refused them: another would be refused too.
    static let shortestLife: Int64 = 60_000

    /// A token, or why there is none with what the answer said of the server's clock.
    package typealias Outcome = Result<InstallationToken, Unavailable>

    package struct Unavailable: Error, Sendable {
        package var failure: RequestFailure
        package var date: Timestamp?
    }

    private struct State {
        var token: InstallationToken?
        /// Uptimes in milliseconds.
        var renewedFrom: Int64 = 0
        var endsAt: Int64 = 0
        var failure: Unavailable?
        var failedUntil: Int64 = 0
        var droppedAt: Int64?
        var request: Task<Outcome, Never>?
        /// Which request that is, and how many wait for it.
        var number = 0
        var waiting = 0
    }

    package init(
        _ app: Config.GitHubApp, _ signer: AppSigner, _ http: HTTPClient, apiURL: String, network: HTTPNetwork,
        version: APIVersion, clock: @escaping @Sendable () -> Instant = { Clock.now() }
    ) {
        self.app = app
        self.signer = signer
        self.http = http
        self.apiURL = apiURL
        self.network = network
        self.version = version
        self.clock = clock
    }

    /// The token that is good now.
    package func current() async -> Outcome {
        let now = clock().uptime
        let step = state.withLock { state -> Step in
            if let token = state.token, now < state.renewedFrom { return .known(.success(token)) }
            if let failure = state.failure, now < state.failedUntil {
                // An older token may be good to its end.
                if let token = state.token, now < state.endsAt { return .known(.success(token)) }
                return .known(.failure(failure))
            }
            if let task = state.request {
                state.waiting += 1
                return .wait(task, state.number)
            }
            state.number += 1
            state.waiting = 1
            let number = state.number
            // Its own task: it serves all who wait, and goes on when the one who began it is cancelled.
            let task = Task { await self.renew(number) }
            state.request = task
            return .wait(task, number)
        }
        switch step {
        case .known(let outcome): return outcome
        case .wait(let task, let number): return await outcome(of: task, number)
        }
    }

    private enum Step {
        case known(Outcome)
        case wait(Task<Outcome, Never>, Int)
    }

    /// A new token in place of one that GitHub refused; nil where another would be refused too.
    func replacement(for refused: String) async -> Outcome? {
        let now = clock().uptime
        let isWorthIt = state.withLock { state in
            // Others may have replaced it meanwhile.
            guard state.token?.token == refused else { return true }
            if let dropped = state.droppedAt, now < dropped + Self.shortestLife { return false }
            state.droppedAt = now
            state.token = nil
            return true
        }
        return isWorthIt ? await current() : nil
    }

    /// A request in the name of the app itself: whether it is installed where it is needed.
    func asApp() -> GitHubClient? {
        guard let token = try? signer.token(at: clock().floor) else { return nil }
        return GitHubClient(http, apiURL: apiURL, token: token, network: network, version: version)
    }

    /// The request ends with the last of those who wait for it.
    private func outcome(of task: Task<Outcome, Never>, _ number: Int) async -> Outcome {
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            let isLast = state.withLock { state in
                guard state.request != nil, state.number == number else { return false }
                state.waiting -= 1
                if state.waiting == 0 { state.request = nil }
                return state.waiting == 0
            }
            if isLast { task.cancel() }
        }
    }

    private func renew(_ number: Int) async -> Outcome {
        let outcome = await request()
        let now = clock().uptime
        return state.withLock { state in
            if state.number == number { state.request = nil }
            switch outcome {
            case .success(let token):
                state.token = token
                let life = min(token.life, 86_400) * 1000
                state.endsAt = now + life
                state.renewedFrom = now + life - min(Self.margin, life / 2)
                state.failure = nil
            case .failure(let unavailable):
                if case .cancelled = unavailable.failure { return outcome }
                state.failure = unavailable
                state.failedUntil = now + Self.failureLife
                // Not said as long as the token before it is good.
                if let token = state.token, now < state.endsAt { return .success(token) }
                state.token = nil
            }
            return outcome
        }
    }

    private func request() async -> Outcome {
        let asked = clock()
        guard let client = asApp() else {
            return .failure(Unavailable(failure: .permanent("nothing can be signed with the app's key", hint: nil)))
        }
        let answer = await client.post("/app/installations/\(app.installation)/access_tokens", body: Array("{}".utf8))
        let date = answer.reading.date
        switch answer.result {
        case .failure(let failure):
            let ahead = date.map { asked.floor.seconds(since: $0) }
            return .failure(
                Unavailable(failure: RequestFailure(noTokenFor: app, failure, ahead: ahead), date: date))
        case .success(let response):
            do throws(RequestFailure) {
                return .success(try InstallationToken(response, at: clock().floor))
            } catch {
                return .failure(Unavailable(failure: error, date: date))
            }
        }
    }
}
