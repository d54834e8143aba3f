import Curl
import WatcherCore

/// Sends the request of a `request` action. Redirects are not followed.
struct RequestPerformer: ActionPerformer {
    private let settings: RequestAction
    private let parts: ActionParts

    /// Bytes of a response.
    private static let responseLimit = 1 << 16

    init(_ settings: RequestAction, _ parts: ActionParts) {
        self.settings = settings
        self.parts = parts
    }

    func perform(_ request: ActionRequest, _ target: HTTPRequestTarget) async -> ActionResult {
        guard let url = target.url ?? parts.secrets["url"] else { return Self.gone("its URL") }
        // Secrets go where they are configured for, and nowhere else.
        if !target.secretHeaders.isEmpty, Self.origin(url) != configuredOrigin { return Self.gone(Self.origin(url)) }
        var headers = target.headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        for name in target.secretHeaders {
            guard let value = parts.secrets["headers.\(name)"] else { return Self.gone("the header \(name)") }
            headers.append((name, value))
        }
        guard let method = HTTPRequest.Method(rawValue: target.method) else { return Self.gone(target.method) }
        do throws(HTTPError) {
            let response = try await parts.http.send(
                HTTPRequest(
                    method: method, url: url, headers: headers, body: target.body.map { Array($0.utf8) },
                    bodyLimit: Self.responseLimit, network: parts.network))
            if target.isExpected(response.status) { return ActionResult(.succeeded) }
            let answer = NotifierResponse(response, at: Clock.now().floor)
            return ActionResult(.failed(answer.requestFailure(expected: target.expected)))
        } catch {
            return ActionResult(.failed(RequestFailure(error)))
        }
    }

    private static func gone(_ what: String) -> ActionResult {
        ActionResult(.failed(.permanent("\(what), with which the job was begun, is no longer configured", hint: nil)))
    }

    private var configuredOrigin: String {
        if case .template(let template) = settings.url { return Self.origin(template.sample) }
        return Self.origin(parts.secrets["url"] ?? "")
    }

    /// Scheme, host and port as written.
    private static func origin(_ url: String) -> String {
        guard let mark = url.firstRange(of: "://") else { return url }
        let rest = url[mark.upperBound...]
        return String(url[..<(rest.firstIndex { "/?#".contains($0) } ?? url.endIndex)])
    }

    func diagnose() async -> [Diagnostic] {
        [.ok("actions.\(parts.action)", "sends to \(configuredOrigin); nothing was sent")]
    }
}

extension RequestFailure {
    /// No response: another attempt may get one, unless the request cannot be sent as it is.
    init(_ error: HTTPError) {
        switch error {
        case .cancelled, .shutDown: self = .cancelled
        case .invalidRequest: self = .permanent(error.description, hint: nil)
        default: self = .transient(error.description)
        }
    }
}
