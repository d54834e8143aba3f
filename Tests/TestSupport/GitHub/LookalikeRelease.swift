package import Foundation

extension GitHubLookalike {
    /// A release as the lookalike keeps it; what is the same everywhere is filled in when it is served.
    package struct Release: Sendable, Decodable, Equatable {
        package var id: Int
        package var tag: String
        package var name: String
        package var commitish: String
        package var isDraft: Bool
        package var isPrerelease: Bool
        /// The commit's date.
        package var created: Date
        package var published: Date
        /// Moves with an edit, not with an upload.
        package var updated: Date?
        package var body: String?
        package var author: Account
        package var assets: [Asset]
        /// Fields of the JSON that are replaced or added, whatever their type; null stays null.
        package var overrides: [String: WireJSON] = [:]

        enum CodingKeys: String, CodingKey {
            case id, name, author, assets, body
            case tag = "tag_name"
            case commitish = "target_commitish"
            case isDraft = "draft"
            case isPrerelease = "prerelease"
            case created = "created_at"
            case published = "published_at"
            case updated = "updated_at"
        }
    }

    package struct Account: Sendable, Decodable, Equatable {
        package var login: String
        package var id: Int

        package static let bot = Account(login: "github-actions[bot]", id: 41_898_282)
        package static let maintainer = Account(login: "synthetic-maintainer", id: 1_000_001)
    }

    package struct Asset: Sendable, Decodable, Equatable {
        /// 0: the lookalike gives it one.
        package var id = 0
        package var name: String
        package var contentType = "application/octet-stream"
        /// `uploaded`, `open`, or `starter` (an upload that broke off).
        package var state = "uploaded"
        package var size: Int
        package var digest: String?
        /// Nil: the moment at which it was added.
        package var created: Date?

        enum CodingKeys: String, CodingKey {
            case id, name, state, size, digest
            case contentType = "content_type"
            case created = "created_at"
        }

        package init(
            _ name: String, size: Int = 1_000_000, state: String = "uploaded",
            digest: String? = "sha256:" + String(repeating: "5e", count: 32)
        ) {
            self.name = name
            self.size = size
            self.state = state
            self.digest = digest
        }
    }
}

extension GitHubLookalike.Release {
    /// The API's shape; urls of the API start with `api`, those for people with https://github.com.
    func json(api: String, repository: String, downloads: Int) -> WireJSON {
        let base = "\(api)/repos/\(repository)"
        var fields: [String: WireJSON] = [
            "url": .string("\(base)/releases/\(id)"),
            "assets_url": .string("\(base)/releases/\(id)/assets"),
            "upload_url": .string("\(base)/releases/\(id)/assets{?name,label}"),
            "html_url": .string("https://github.com/\(repository)/releases/tag/\(tag)"),
            "id": .integer(id),
            "author": author.json,
            "node_id": .string("RE_synthetic_\(id)"),
            "tag_name": .string(tag),
            "target_commitish": .string(commitish),
            "name": .string(name),
            "draft": .bool(isDraft),
            "immutable": false,
            "prerelease": .bool(isPrerelease),
            "created_at": .string(created.iso8601),
            "updated_at": .string((updated ?? published).iso8601),
            "published_at": isDraft ? .null : .string(published.iso8601),
            "assets": .array(assets.map { $0.json(api: api, repository: repository, tag: tag, downloads: downloads) }),
            "tarball_url": .string("\(base)/tarball/\(tag)"),
            "zipball_url": .string("\(base)/zipball/\(tag)"),
            "body": .string(body ?? "Synthetic notes for \(tag)."),
        ]
        for (key, value) in overrides { fields[key] = value }
        return .object(fields)
    }
}

extension GitHubLookalike.Asset {
    func json(api: String, repository: String, tag: String, downloads: Int) -> WireJSON {
        let time = WireJSON.string((created ?? Date(timeIntervalSince1970: 0)).iso8601)
        return [
            "url": .string("\(api)/repos/\(repository)/releases/assets/\(id)"),
            "id": .integer(id),
            "node_id": .string("RA_synthetic_\(id)"),
            "name": .string(name),
            "label": "",
            "uploader": GitHubLookalike.Account.renderedBot,
            "content_type": .string(contentType),
            "state": .string(state),
            "size": .integer(size),
            "digest": digest.map { .string($0) } ?? .null,
            "download_count": .integer(downloads),
            "created_at": time,
            "updated_at": time,
            "browser_download_url": .string("https://github.com/\(repository)/releases/download/\(tag)/\(name)"),
        ]
    }
}

extension GitHubLookalike.Account {
    /// Each asset carries its uploader in full: two thirds of the size of a list.
    static let renderedBot = WireJSON.rendered(bot.json.bytes)

    var json: WireJSON {
        let name = login.replacing("[", with: "%5B").replacing("]", with: "%5D")
        let url = "https://api.github.com/users/\(name)"
        return [
            "login": .string(login),
            "id": .integer(id),
            "node_id": .string("U_synthetic_\(id)"),
            "avatar_url": .string("https://avatars.githubusercontent.com/u/\(id)?v=4"),
            "gravatar_id": "",
            "url": .string(url),
            "html_url": .string("https://github.com/\(name)"),
            "followers_url": .string("\(url)/followers"),
            "following_url": .string("\(url)/following{/other_user}"),
            "gists_url": .string("\(url)/gists{/gist_id}"),
            "starred_url": .string("\(url)/starred{/owner}{/repo}"),
            "subscriptions_url": .string("\(url)/subscriptions"),
            "organizations_url": .string("\(url)/orgs"),
            "repos_url": .string("\(url)/repos"),
            "events_url": .string("\(url)/events{/privacy}"),
            "received_events_url": .string("\(url)/received_events"),
            "type": .string(login.hasSuffix("[bot]") ? "Bot" : "User"),
            "user_view_type": "public",
            "site_admin": false,
        ]
    }
}

extension Date {
    /// Whole seconds, as GitHub writes times.
    var iso8601: String { formatted(.iso8601) }

    /// As in the header `Date`: `Sun, 06 Nov 1994 08:49:37 GMT`.
    var httpDate: String {
        let style = Date.VerbatimFormatStyle(
            format: """
                \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
                \(second: .twoDigits) GMT
                """,
            locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
        return formatted(style)
    }
}
