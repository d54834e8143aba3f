/// Versions in a JSON document: one, or a list of them.
package struct JSONVersions: WebSource {
    package static let key = "json"
    package static let summary = "Versions in a JSON document."

    private let url: Secret
    /// Where the versions are.
    private let at: JSONPointer
    /// Where the version is in each element.
    private let each: JSONPointer?
    private let extraHeaders: [String: Secret]
    /// The address without what may be a secret in it.
    package let name: String
    package let account: String?

    package init?(reading value: ConfigValue) {
        let settings = value.object("json") { object in
            (
                url: object.publicURL("url", "The address of the document."),
                at: object.text(
                    "at", .jsonPointer,
                    "A JSON Pointer (RFC 6901) to a version, an array of versions, an object whose keys are "
                        + "versions, or, with each, an array of objects.", required: true),
                each: object.text("each", .jsonPointer, "A JSON Pointer from each element to its version."),
                headers: object.headers("More headers of the request.")
            )
        }
        guard let settings, let url = settings.url, let at = settings.at else { return nil }
        self.url = url
        self.at = JSONPointer(at)
        each = settings.each.map(JSONPointer.init)
        extraHeaders = settings.headers
        name = url.publicAddress + "#" + at + (settings.each.map { "/*" + $0 } ?? "")
        account = url.publicHost
    }

    package var features: Set<SourceFeature> { [.versions] }
    package var secrets: [Secret] { [url] + extraHeaders.values }
    package func server(_ values: SecretValues) -> String { values[url] }
    package func masks(_ values: SecretValues) -> [String] {
        url.maskedParts(values[url]) + extraHeaders.masked(values)
    }

    /// Versions in one document that are read at most.
    package static let versionLimit = 100_000

    package func firstRequest(isSweep: Bool, _ values: SecretValues) -> SourceRequest {
        SourceRequest(
            values[url],
            headers: extraHeaders.requestHeaders(values, default: [SourceHeader("Accept", "application/json")]))
    }

    package func page(_ response: SourceResponse, to request: SourceRequest) throws(RequestFailure) -> SourcePage {
        try response.accepted(hint: "is upstreams.NAME.json.url right?")
        let document = try response.json()
        guard let place = at.find(in: document) else { throw wrong(response, "there is nothing at \"\(at)\"") }
        var texts: [String] = []
        switch place {
        case .string(let text) where each == nil: texts = [text]
        case .object(let members) where each == nil: texts = members.map(\.name)
        case .array(let items):
            for (index, item) in items.enumerated() {
                guard case .string(let text)? = each.map({ $0.find(in: item) }) ?? item else {
                    throw wrong(response, "what is at \"\(at)/\(index)\(each.map { "\($0)" } ?? "")\" is no string")
                }
                texts.append(text)
            }
        default: throw wrong(response, "what is at \"\(at)\" is \(each == nil ? "no version" : "no array")")
        }
        return SourcePage(try VersionTexts.releases(texts, response, at: "at \"\(at)\""))
    }

    private func wrong(_ response: SourceResponse, _ what: String) -> RequestFailure {
        .transient("the document of \(response.server): \(what)")
    }
}

/// Versions that stand in a document or a page, without anything else about them.
enum VersionTexts {
    /// Each once, the highest first. None that can be read is a failure: then something else stands there.
    static func releases(
        _ texts: [String], _ response: SourceResponse, at place: String
    ) throws(RequestFailure) -> [Release] {
        guard texts.count <= JSONVersions.versionLimit else {
            throw .permanent(
                "\(response.server) has more than \(JSONVersions.versionLimit) versions \(place)", hint: nil)
        }
        var seen: Set<String> = []
        let read = texts.filter { seen.insert($0).inserted }.map { (tag: $0, version: Version($0)) }
        guard let first = read.first else { throw .transient("\(response.server) has no version \(place)") }
        guard read.contains(where: { $0.version != nil && Tag.isSafe($0.tag) }) else {
            throw .transient(
                "\(response.server) has no version \(place), but \(Redaction.text(first.tag.cleanedLine(limit: 100)))")
        }
        return read.map { Release(id: SourceID(tag: $0.tag), tag: $0.tag) }.sortedByVersion
    }
}
