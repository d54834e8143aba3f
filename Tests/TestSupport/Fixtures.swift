package import Foundation

/// The releases and tags of the two first upstreams, as data in `Tests/Fixtures`.
///
/// Tags, dates of commits and names of assets are those of the two repositories; ids, publishing times, digests of
/// s6-overlay and download counts are made up. Found next to this source file, from any current folder.
package enum Fixtures {
    package static let elabftwName = "elabftw/elabftw"
    package static let s6OverlayName = "just-containers/s6-overlay"

    /// 81 releases, 6.0.0-alpha4 the newest, 5.6.12 the highest that is no prerelease.
    package static func elabftw() throws -> [GitHubLookalike.Release] {
        try decode("elabftw-releases.json")
    }

    /// 39 releases, v3.2.3.2 the newest, with up to 28 assets each.
    package static func s6Overlay() throws -> [GitHubLookalike.Release] {
        try decode("s6-overlay-releases.json")
    }

    /// One release as it was 5, 420 and 900 seconds after publishing: with 0, 7 and 28 assets.
    package static func s6OverlayTimeline() throws -> [Moment] {
        try decode("s6-overlay-v3.2.3.2-timeline.json")
    }

    package struct Moment: Sendable, Decodable {
        package let secondsAfterPublished: Int
        package let release: GitHubLookalike.Release

        enum CodingKeys: String, CodingKey {
            case secondsAfterPublished = "seconds_after_published_at"
            case release
        }
    }

    /// Every tag of the repository, newest first (434).
    package static func elabftwTags() throws -> [String] {
        try firstColumn("elabftw-tags.tsv")
    }

    /// Every tag of the repository, newest first (108).
    package static func s6OverlayTags() throws -> [String] {
        try firstColumn("s6-overlay-tags.tsv")
    }

    /// `Tests/Fixtures`.
    package static var folder: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")
    }

    private static func decode<Value: Decodable>(_ file: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(Value.self, from: Data(contentsOf: folder.appending(path: file)))
    }

    private static func firstColumn(_ file: String) throws -> [String] {
        try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            .split(separator: "\n").dropFirst()
            .compactMap { $0.split(separator: "\t").first.map(String.init) }
    }
}
