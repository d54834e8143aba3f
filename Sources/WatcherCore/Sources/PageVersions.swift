/// Versions in a text or a web page: whatever a pattern finds there.
package struct PageVersions: WebSource {
    package static let key = "page"
    package static let summary = "Versions in a text or a web page, found by a pattern."

    private let url: Secret
    /// PCRE2, with a group named `version`.
    private let pattern: String
    package let name: String
    package let account: String?

    package init?(reading value: ConfigValue) {
        let settings = value.object("page") { object in
            (
                url: object.publicURL("url", "The address of the page."),
                pattern: object.value(
                    "pattern", "A regular expression (PCRE2) with a group named version, for every match in the page.",
                    required: "a regular expression with a group (?<version>…)")?.pagePattern()
            )
        }
        guard let settings, let url = settings.url, let pattern = settings.pattern else { return nil }
        (self.url, self.pattern) = (url, pattern)
        name = url.publicAddress + "#" + pattern
        account = url.publicHost
    }

    package var features: Set<SourceFeature> { [.versions] }
    package var secrets: [Secret] { [url] }
    package func server(_ values: SecretValues) -> String { values[url] }
    package func masks(_ values: SecretValues) -> [String] { url.maskedParts(values[url]) }

    package func firstRequest(isSweep: Bool, _ values: SecretValues) -> SourceRequest { SourceRequest(values[url]) }

    package func page(_ response: SourceResponse, to request: SourceRequest) throws(RequestFailure) -> SourcePage {
        try response.accepted(hint: "is upstreams.NAME.page.url right?")
        let place = "that matches the pattern"
        guard let texts = PagePattern(pattern)?.versions(in: response.body) else {
            throw .permanent(
                "matching the page of \(response.server) takes too long",
                hint: "simplify the pattern: no repetition within a repetition, such as (a+)+")
        }
        guard !texts.isEmpty else { throw .transient("\(response.server) has no text \(place): \(response.summary)") }
        return SourcePage(try VersionTexts.releases(texts, response, at: place))
    }
}

extension ConfigValue {
    fileprivate func pagePattern() -> String? {
        shape?.set(["minLength": 1, "maxLength": .integer(TagPattern.lengthLimit)])
        guard let text = string("a regular expression with a group (?<version>…)") else { return nil }
        if let objection = PagePattern.objection(to: text) {
            report(.badValue, found: found(), expected: objection)
            return nil
        }
        return text
    }
}
