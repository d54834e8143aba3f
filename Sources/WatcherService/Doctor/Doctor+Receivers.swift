import Curl
import WatcherCore

extension Doctor {
    /// Whether its secrets are there and its host answers; nothing is sent, unless asked.
    func receiver(_ name: String, _ config: Config.Notifier) async -> Diagnostic {
        let subject = "notifier \(name)"
        let ready: NotifierClient
        let network: HTTPNetwork
        do throws(AppContext.Failure) {
            ready = try setup.notifier(name, config)
            network = try setup.generalNetwork()
        } catch {
            return .failed(subject, error.lines.joined(separator: "; "), hint: error.hint)
        }
        let now = Clock.now()
        let id = "m-" + StableHash("doctor", String(now.wall), String(now.uptime)).name
        let message = Message.example(of: .test, id: id, at: now.floor)
        if sends {
            let (answer, outcome) = await ready.tryOnce(message, over: http)
            switch outcome {
            case .delivered: return .ok(subject, "a test message was delivered\(answer.map { " (\($0))" } ?? "")")
            case .retry(_, let reason), .refused(let reason): return .failed(subject, reason)
            }
        }
        guard let origin = WebAddress(ready.request(for: message, at: now.floor).url)?.origin else {
            return .failed(subject, "its address is none")
        }
        do throws(HTTPError) {
            // The bare host: the address itself may be all that it takes to send something.
            _ = try await http.send(HTTPRequest(method: .head, url: origin + "/", network: network))
            return .ok(subject, "\(ready.masked(origin)) answers; nothing was sent (--send does)")
        } catch {
            return .failed(subject, ready.masked(error.description))
        }
    }
}
