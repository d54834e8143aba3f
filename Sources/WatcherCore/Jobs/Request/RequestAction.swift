/// `request`: any HTTP request.
package struct RequestAction: ActionKind {
    package static let key = "request"
    package static let summary = "Send an HTTP request."

    package var url: TemplateOrSecret
    package var method = Method.post
    package var headers: [String: TemplateOrSecret] = [:]
    package var body: JSONTemplate<Template>?
    /// Nil: any 2xx.
    package var expect: [Int]?

    package enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// Headers and statuses that there may be.
    static let countLimit = 50
    /// Bytes of a body.
    static let bodyLimit = 65_536
    /// The header with the job's id: a receiver that knows it does nothing twice.
    static let keyHeader = "Idempotency-Key"

    package var secrets: [String: Secret] {
        var all: [String: Secret] = [:]
        if case .secret(let secret) = url { all["url"] = secret }
        for (name, value) in headers {
            if case .secret(let secret) = value { all["headers.\(name)"] = secret }
        }
        return all
    }

    package func target(for job: JobContents) throws(ActionObjection) -> HTTPRequestTarget {
        var target = HTTPRequestTarget(method: method.rawValue, headers: [Self.keyHeader: job.id], expect: expect)
        if case .template(let template) = url {
            let text = job.render(template)
            guard WebAddress(text) != nil else { throw ActionObjection("\(Redaction.text(text)) is no URL") }
            target.url = text
        }
        for (name, value) in headers {
            switch value {
            case .template(let template): target.headers[name] = job.render(template)
            case .secret: target.secretHeaders.append(name)
            }
        }
        target.secretHeaders.sort()
        guard let body else { return target }
        if case .string(let template) = body {
            target.body = job.render(template)
        } else {
            target.body = String(decoding: body.render(job.render).utf8(), as: UTF8.self)
            if !headers.keys.contains(where: { $0.lowercased() == "content-type" }) {
                target.headers["Content-Type"] = "application/json"
            }
        }
        guard target.body?.utf8.count ?? 0 <= Self.bodyLimit else {
            throw ActionObjection("the body is longer than \(Self.bodyLimit) bytes")
        }
        return target
    }
}

extension RequestAction {
    package init?(reading object: ConfigObject, _ surroundings: ActionSurroundings) {
        let names = surroundings.upstreams
        let address = object.value(
            "url", "Where it is sent, a template; or a secret.", required: Secret.expected(.requestURL))
        let url = address?.templateOrSecret(.requestURL, upstreams: names)
        self.init(url: url ?? .template(Template(literal: "")))
        if case .template(let template) = url, WebAddress(template.sample)?.isExposed == true {
            address?.adviseOnPlainHTTP()
        }
        method = object.choice("method", "The method.", default: method)
        let fields = object.value(
            "headers", "Headers, each a template or a secret. Idempotency-Key is always there, with the job's id.",
            default: .object([]))
        var seen: Set<String> = [Self.keyHeader.lowercased()]
        for (name, value) in fields?.members(names: .headerName) ?? [] {
            if !seen.insert(name.lowercased()).inserted {
                value.report(.badValue, found: "a header that is there already", expected: "each once")
            }
            headers[name] = value.templateOrSecret(.headerValue, upstreams: names)
        }
        fields?.checkCount(atMost: Self.countLimit)
        let content = object.value(
            "body",
            "What is sent: a string, a template; or any other JSON, whose strings are templates. Default: nothing.")
        body = content?.jsonTemplate { $0.template(upstreams: names) }
        if method == .get, body != nil { content?.report(.conflict, found: "a body", expected: "none with GET") }
        let statuses = object.value("expect", "The statuses that mean success. Default: 200 to 299.")
        expect = statuses?.distinct { $0.integer(in: 100...599) }
        statuses?.checkNotEmpty("a status such as 200")
        statuses?.checkCount(atMost: Self.countLimit)
        guard url != nil else { return nil }
    }
}

/// One request, with everything filled in but the secrets.
package struct HTTPRequestTarget: ActionTarget {
    package static let key = RequestAction.key

    /// Nil: it is a secret.
    package var url: String?
    package var method: String
    package var headers: [String: String]
    /// The names of the headers whose values are secrets.
    package var secretHeaders: [String] = []
    package var body: String?
    package var expect: [Int]?

    package var recovery: ActionRecovery { .repeated }

    package func isExpected(_ status: Int) -> Bool { expect?.contains(status) ?? (200...299).contains(status) }

    /// In words.
    package var expected: String {
        expect.map { $0.map(String.init).joined(separator: " or ") } ?? "200 to 299"
    }
}

extension TextRule {
    /// A template for one: a schema sees the braces.
    static let requestURL = TextRule(
        expected: webURL.expected, pattern: #"^[Hh][Tt][Tt][Pp][Ss]?://[^\s"<>\\^`|]+$"#, maximumLength: 4_096
    ) { WebAddress($0) != nil }
}
