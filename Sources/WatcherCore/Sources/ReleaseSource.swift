/// Where the releases of an upstream are seen: its settings, and what such a place has.
///
/// A new source that is read over HTTP is one file with a type that conforms to `WebSource`, and a line in `sourceTypes`.
package protocol ReleaseSource: Sendable, Hashable {
    /// The key in `upstreams.NAME`.
    static var key: String { get }
    /// What the value is, a sentence for the schema and the reference.
    static var summary: String { get }

    /// Reads the value of the key. Nil when it is invalid, which is reported.
    init?(reading value: ConfigValue)

    /// For people, and kept in the state: two upstreams with the same name see the same releases.
    var name: String { get }
    /// The server, with the token, on whose limits the requests are; nil for the account of `github`.
    var account: String? { get }
    var features: Set<SourceFeature> { get }
    /// Every secret among the settings, to be read before anything is requested.
    var secrets: [Secret] { get }
    /// What must be masked in any output.
    func masks(_ values: SecretValues) -> [String]
    /// A page for people; nil where there is none.
    var webURL: String? { get }
}

/// What a source has. What one has not cannot be asked for in the configuration.
package enum SourceFeature: Sendable, Hashable {
    /// Tags of many versions, which can be selected.
    case versions
    /// A mark for prereleases, besides the tag.
    case prereleaseFlag
    /// Assets, which have states where that is said.
    case assets
    /// The object that a tag stands for: a tag that is moved shows.
    case objects
    /// The digest behind one tag: each that was not there before is a release.
    case digest
}

/// All sources. The configuration takes exactly one of these keys for each upstream.
package let sourceTypes: [any ReleaseSource.Type] = [
    GitHubReleases.self, GitTags.self, ForgejoReleases.self, GitLabReleases.self, ImageTags.self, JSONVersions.self,
    PageVersions.self,
]

extension ReleaseSource {
    package var secrets: [Secret] { [] }
    package func masks(_ values: SecretValues) -> [String] { secrets.map { values[$0] } }
    package var webURL: String? { nil }

    fileprivate func isEqual(to other: any ReleaseSource) -> Bool { (other as? Self) == self }
}

/// The settings of any source, as a value that can be compared.
package struct AnySource: Sendable, Hashable {
    package let base: any ReleaseSource
    /// See `SourceFeature.digest`.
    package let hasDigest: Bool

    package init(_ base: any ReleaseSource) {
        self.base = base
        hasDigest = base.features.contains(.digest)
    }

    package var name: String { base.name }
    package var account: String? { base.account }
    package var key: String { type(of: base).key }

    package static func == (left: AnySource, right: AnySource) -> Bool { left.base.isEqual(to: right.base) }

    package func hash(into hasher: inout Hasher) { base.hash(into: &hasher) }
}

/// Releases of GitHub, by the server and the token of `github`.
package struct GitHubReleases: ReleaseSource {
    package static let key = "github"
    package static let summary = "Releases of GitHub: the repository as OWNER/NAME."

    /// `OWNER/NAME`.
    package let repository: String

    package init(repository: String) { self.repository = repository }

    package init?(reading value: ConfigValue) {
        guard let repository = value.text(.repository) else { return nil }
        self.repository = repository
    }

    package var name: String { repository }
    package var account: String? { nil }
    package var features: Set<SourceFeature> { [.versions, .prereleaseFlag, .assets] }
    package var webURL: String? { "https://github.com/" + repository }
}
