import Synchronization

extension GitHubLookalike {
    /// An event of one's own in a repository.
    package struct Event: Sendable {
        package let repository: String
        package let type: String
        package let payload: WireJSON
    }

    /// The events that a repository has got, in their order.
    package func events(_ fullName: String) -> [Event] {
        state.withLock { $0.events.filter { $0.repository.lowercased() == fullName.lowercased() } }
    }
}

extension LookalikeState {
    static let longestEventType = 100
    static let mostPayloadKeys = 10

    /// `POST /repos/OWNER/NAME/dispatches`: accepted is all that it says.
    mutating func event(_ call: LookalikeCall, _ repository: LookalikeRepository) -> ScriptedAnswer {
        let page = "/repos/repos#create-a-repository-dispatch-event"
        guard let body = call.request.json else { return error(400, "Problems parsing JSON", page) }
        guard let type = body["event_type"]?.string, !type.isEmpty, type.count <= Self.longestEventType else {
            return error(422, "Invalid request.\n\n\"event_type\" wasn't supplied.", page)
        }
        let payload = body["client_payload"] ?? [:]
        guard let keys = payload.object?.count, keys <= Self.mostPayloadKeys else {
            return error(422, "Invalid request.\n\nNo more than 10 properties are allowed.", page)
        }
        events.append(GitHubLookalike.Event(repository: repository.fullName, type: type, payload: payload))
        return ScriptedAnswer(204)
    }
}
