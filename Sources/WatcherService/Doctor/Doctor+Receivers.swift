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
            case .retry(_, let reason, _), .refused(let reason): return .failed(subject, reason)
            }
        }
        switch ready.request(for: message, at: now.floor) {
        case .http(let request):
            guard let origin = WebAddress(request.url)?.origin else { return .failed(subject, "its address is none") }
            return await answers(subject, origin, network, ready)
        case .mail(let request): return await takesLogin(subject, request, ready)
        }
    }

    private func answers(
        _ subject: String, _ origin: String, _ network: HTTPNetwork, _ ready: NotifierClient
    ) async -> Diagnostic {
        do throws(HTTPError) {
            // The bare host: the address itself may be all that it takes to send something.
            _ = try await http.send(HTTPRequest(method: .head, url: origin + "/", network: network))
            return .ok(subject, "\(ready.masked(origin)) answers; nothing was sent (--send does)")
        } catch {
            return .failed(subject, ready.masked(error.description))
        }
    }
    /// Connects and logs in; no mail is sent.
    private func takesLogin(_ subject: String, _ mail: MailRequest, _ ready: NotifierClient) async -> Diagnostic {
        var probe = mail
        probe.message = nil
        do throws(HTTPError) {
            let response = try await probe.send()
            guard response.last.code < 400 else {
                let reply = "answered \(response.last.code): \(response.last.text)"
                return .failed(subject, ready.masked(reply).cleanedLine(limit: DeliveryOutcome.reasonLimit))
            }
            let login = mail.login == nil ? "" : " and takes the login"
            return .ok(subject, "\(ready.masked(mail.url)) answers\(login); nothing was sent (--send does)")
        } catch {
            return .failed(subject, ready.masked(error.description))
        }
    }
}
