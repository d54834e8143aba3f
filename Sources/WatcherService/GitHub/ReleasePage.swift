import Curl
import FoundationEssentials
import WatcherCore

/// Reads lists of releases. One element that is no release spoils the whole answer: it is not GitHub speaking.
enum ReleasePage {
    /// The most releases on one page: ten times as many as are asked for. More are not kept while it is read.
    static let releaseLimit = 1000

    private struct TooMany: Error, CustomStringConvertible {
        var description: String { "more than \(releaseLimit) releases on one page" }
    }

    static func decode(_ response: HTTPResponse) throws(RequestFailure) -> [Release] {
        do {
            return try list(response.body)
        } catch {
            throw .transient("the list of releases cannot be read: \(MalformedResponse.describe(response, error))")
        }
    }

    static func decodeOne(_ response: HTTPResponse) throws(RequestFailure) -> Release {
        do {
            return try JSONDecoder().decode(Wire.self, from: Data(response.body)).release
        } catch {
            throw .transient("the release cannot be read: \(MalformedResponse.describe(response, error))")
        }
    }

    /// `isSkimmed`: whether the quick reader has the first look; what comes out is the same.
    static func list(_ body: [UInt8], isSkimmed: Bool = true) throws -> [Release] {
        let wire = try (isSkimmed ? skim(body) : nil) ?? JSONDecoder().decode([Wire].self, from: Data(body))
        guard wire.count <= releaseLimit else { throw TooMany() }
        return try wire.map { try $0.release }
    }

    /// The list of a text that holds nothing unexpected: a tenth of what `JSONDecoder` takes, which was half of a first
    /// pass. Nil when the decoder has to look; it also has the words for what is wrong.
    private static func skim(_ body: [UInt8]) throws(TooMany) -> [Wire]? {
        var reader = JSONSkimmer(body)
        var count = 0
        do throws(JSONSkimmer.Unknown) {
            let list = try reader.list { reader throws(JSONSkimmer.Unknown) in
                count += 1
                guard count <= releaseLimit else { throw JSONSkimmer.Unknown() }
                return try wire(&reader)
            }
            try reader.end()
            return list
        } catch {
            guard count <= releaseLimit else { throw TooMany() }
            return nil
        }
    }

    private static func wire(_ reader: inout JSONSkimmer) throws(JSONSkimmer.Unknown) -> Wire {
        var id: Int64?
        var tag, url: String?
        var name, publishedAt: String??
        var draft, prerelease: Bool?
        var assets: [Wire.Asset]?
        try reader.open()
        while let key = try reader.nextKey() {
            if reader.isText("id", at: key) {
                try once(id)
                id = try reader.integer()
            } else if reader.isText("tag_name", at: key) {
                try once(tag)
                tag = try reader.string()
            } else if reader.isText("html_url", at: key) {
                try once(url)
                url = try reader.string()
            } else if reader.isText("name", at: key) {
                try once(name)
                name = .some(try reader.stringOrNull())
            } else if reader.isText("published_at", at: key) {
                try once(publishedAt)
                publishedAt = .some(try reader.stringOrNull())
            } else if reader.isText("draft", at: key) {
                try once(draft)
                draft = try reader.flag()
            } else if reader.isText("prerelease", at: key) {
                try once(prerelease)
                prerelease = try reader.flag()
            } else if reader.isText("assets", at: key) {
                try once(assets)
                assets = try reader.list { reader throws(JSONSkimmer.Unknown) in try asset(&reader) }
            } else {
                try reader.skipValue()
            }
        }
        guard let id, let tag, let url, let draft, let prerelease, let assets else { throw JSONSkimmer.Unknown() }
        return Wire(
            id: id, tag: tag, name: name ?? nil, url: url, draft: draft, prerelease: prerelease,
            publishedAt: publishedAt ?? nil, assets: assets)
    }

    /// A key that comes twice has no one meaning.
    private static func once<Value>(_ value: Value?) throws(JSONSkimmer.Unknown) {
        if value != nil { throw JSONSkimmer.Unknown() }
    }

    private static func asset(_ reader: inout JSONSkimmer) throws(JSONSkimmer.Unknown) -> Wire.Asset {
        var name, state: String?
        var size: Int64?
        try reader.open()
        while let key = try reader.nextKey() {
            if reader.isText("name", at: key) {
                try once(name)
                name = try reader.string()
            } else if reader.isText("state", at: key) {
                try once(state)
                state = try reader.string()
            } else if reader.isText("size", at: key) {
                try once(size)
                size = try reader.integer()
            } else {
                try reader.skipValue()
            }
        }
        guard let name, let state, let size else { throw JSONSkimmer.Unknown() }
        return Wire.Asset(name: name, state: state, size: size)
    }

    /// The fields that matter, in GitHub's spelling. Unknown fields and words may come at any time; these may not go.
    private struct Wire: Decodable {
        var id: Int64
        var tag: String
        var name: String?
        var url: String
        var draft: Bool
        var prerelease: Bool
        var publishedAt: String?
        var assets: [Asset]

        enum CodingKeys: String, CodingKey {
            case id, name, draft, prerelease, assets
            case tag = "tag_name"
            case url = "html_url"
            case publishedAt = "published_at"
        }

        struct Asset: Decodable {
            var name: String
            var state: String
            var size: Int64
        }

        struct Unreadable: Error, CustomStringConvertible {
            var description: String
        }

        var release: Release {
            get throws {
                guard id > 0 else { throw Unreadable(description: "the id \(id) is no id") }
                guard !tag.isEmpty else { throw Unreadable(description: "release \(id) has no tag") }
                let published = publishedAt.map { Timestamp($0) }
                if case .some(.none) = published {
                    throw Unreadable(description: "the date of release \(id) is no date")
                }
                return Release(
                    id: SourceID(id), tag: tag, name: name.map { $0.cleanedLine(limit: 200) },
                    // A link is shown to people: nothing but the web.
                    url: url.hasPrefix("https://") || url.hasPrefix("http://")
                        ? url.cleanedLine(limit: 500) : "",
                    isDraft: draft, isPrerelease: prerelease, publishedAt: published.flatMap { $0 },
                    assets: assets.map { Release.Asset(name: $0.name, state: $0.state, size: $0.size) })
            }
        }
    }
}

/// Names nonsense: what came instead of what was asked for, without repeating it.
enum MalformedResponse {
    static func describe(_ response: HTTPResponse, _ error: (any Error)? = nil) -> String {
        let kind = response.headers["content-type"].map { $0.cleanedLine(limit: 60) } ?? "no named type"
        let start = response.body.prefix(64).drop { $0 <= 0x20 }
        let found: String
        switch start.first {
        case nil: return "an empty answer (status \(response.status))"
        case UInt8(ascii: "<"): found = "a page of HTML"
        case UInt8(ascii: "n") where response.body.count < 8: found = "null"
        case UInt8(ascii: "{"): found = "a JSON object"
        case UInt8(ascii: "["): found = "a JSON array"
        default: found = "something else"
        }
        return "\(found), \(response.body.count) bytes of \(kind)\(error.map { " (\(detail($0)))" } ?? "")"
    }

    private static func detail(_ error: any Error) -> String {
        func path(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? "." + $0.stringValue }.joined()
            return path.isEmpty ? "it" : path
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context): return "\(path(context)): \(key.stringValue) is missing"
        case DecodingError.typeMismatch(_, let context): return "\(path(context)) has the wrong type"
        case DecodingError.valueNotFound(_, let context): return "\(path(context)) is null"
        case DecodingError.dataCorrupted: return "it is no JSON, or cut off"
        default: return "\(error)".cleanedLine(limit: 100)
        }
    }
}
