/// `repositoryDispatch`: an event of one's own in a repository at GitHub, by which workflows are started there.
package struct RepositoryDispatchAction: ActionKind {
    package static let key = "repositoryDispatch"
    package static let summary = "Send an event to a repository at GitHub, for its workflows."

    package var repository: String
    package var eventType: String
    package var payload: JSONTemplate<Template>?
    package var token: Secret?

    /// GitHub's limit of keys at the top of `client_payload`.
    static let payloadKeyLimit = 10
    /// Bytes of the whole payload.
    static let payloadLimit = 65_535

    package var secrets: [String: Secret] { token.map { ["token": $0] } ?? [:] }
    package var account: ActionAccount { token == nil ? .github : .own }

    package func target(for job: JobContents) throws(ActionObjection) -> RepositoryDispatchTarget {
        let payload = payload.map { String(decoding: $0.render(job.render).utf8(), as: UTF8.self) }
        guard payload?.utf8.count ?? 0 <= Self.payloadLimit else {
            throw ActionObjection("the payload is longer than \(Self.payloadLimit) bytes")
        }
        return RepositoryDispatchTarget(
            apiURL: job.gitHubAPI, repository: repository, eventType: eventType, payload: payload)
    }
}

extension RepositoryDispatchAction {
    package init?(reading object: ConfigObject, _ surroundings: ActionSurroundings) {
        self.init(
            repository: object.text(
                "repository", .repository, "The repository that gets the event, as OWNER/NAME.", required: true) ?? "",
            eventType: object.text(
                "eventType", .eventType, "The type of the event, which workflows name under repository_dispatch.",
                required: true) ?? "")
        let value = object.value(
            "payload", "The client_payload: an object of at most 10 keys, whose strings are templates.")
        value?.shape?.set(["type": "object"])
        value?.shape?.setCount(atMost: Self.payloadKeyLimit)
        payload = value?.jsonTemplate { $0.template(upstreams: surroundings.upstreams) }
        if let value, value.shape == nil {
            if case .object = value.node.content {
                value.checkCount(atMost: Self.payloadKeyLimit)
            } else {
                value.report(.wrongType, found: value.found(), expected: "an object")
            }
        }
        token = object.secret(
            "token", .token, "A token with Contents: write for this repository. Default: that of github.")
        if token == nil, !surroundings.github.isAuthorised {
            object.value.advise("no token here or in github: sending an event needs one")
        }
    }
}

/// One event, with everything filled in.
package struct RepositoryDispatchTarget: ActionTarget {
    package static let key = RepositoryDispatchAction.key

    /// The root of the server's API.
    package var apiURL: String
    package var repository: String
    package var eventType: String
    /// JSON.
    package var payload: String?

    package var recovery: ActionRecovery { .repeated }

    package var body: [UInt8] {
        let payload = payload.map { #","client_payload":\#($0)"# } ?? ""
        return Array(#"{"event_type":\#(JSONValue.string(eventType).text())\#(payload)}"#.utf8)
    }
}

extension TextRule {
    /// GitHub takes at most 100 characters.
    static let eventType = TextRule(
        expected: "the type of an event, at most 100 characters on one line",
        pattern: #"^[^\u0000-\u001f\u007f-\u009f]+$"#, maximumLength: 100
    ) { isPlain($0) && $0.unicodeScalars.count <= 100 }
}
