package import Foundation

extension GitHubLookalike {
    /// How the lookalike behaves in general; change it at any time with `configure`.
    package struct Settings: Sendable {
        /// Added to this machine's clock: in `Date`, rate limits, and the times of runs and releases made here.
        package var clockOffset = Duration.zero
        /// Before each answer.
        package var latency = Duration.zero

        /// The versions that `X-GitHub-Api-Version` may name; another is answered 400.
        package var apiVersions: Set<String> = ["2022-11-28", "2026-03-10"]
        /// Versions answered 410.
        package var retiredVersions: Set<String> = []
        /// What a request without the header gets.
        package var defaultVersion = "2022-11-28"
        /// The values of the headers `Deprecation` and `Sunset`.
        package var deprecation: String?
        package var sunset: String?
        /// Whether version 2022-11-28 takes `return_run_details` (GHES up to 3.20 does not).
        package var knowsRunDetails = true

        /// Requests an hour.
        package var anonymousLimit = 60
        package var tokenLimit = 5000
        /// Points of GraphQL an hour.
        package var graphQLLimit = 5000
        /// Whether there is GraphQL: 404 without.
        package var hasGraphQL = true
        /// A schema that lacks these fields: what names one is answered with errors alone.
        package var missingFields: Set<String> = []
        /// 403 or 429: GitHub uses both when the primary limit is reached.
        package var limitStatus = 403
        /// Whether there are limits at all (GHES has them off: no headers then).
        package var hasLimits = true
        /// Answers the secondary limit above so many points a minute (a GET is 1, a POST 5); nil: never.
        package var pointsPerMinute: Int?

        /// Whether bodies come as gzip to those who take it. The ETag is weak for these in any case.
        package var gzip = false
        /// Whether `download_count` rises with each answer, so that no ETag ever matches again.
        package var downloadsMove = false
        package var releaseOrder = ReleaseOrder.createdDescending
        /// What a page of a list holds at most, whatever is asked for.
        package var largestPage = 100

        /// When a new run shows up in the list of its workflow.
        package var runListLag = RunListLag.none
        /// So many looks at a new run are answered 404.
        package var looksBeforeRunExists = 0

        /// Knows only API version 2022-11-28 and answers a dispatch 204, as GHES up to 3.20.
        package mutating func actAsOldServer() {
            apiVersions = ["2022-11-28"]
            knowsRunDetails = false
            hasLimits = false
        }
    }

    /// GitHub documents no order; so there is one for each that was seen, and chaos.
    package enum ReleaseOrder: Sendable, Equatable {
        case createdDescending, createdAscending, publishedDescending, idDescending
        case shuffled(seed: UInt64)
    }

    package enum RunListLag: Sendable, Equatable {
        case none
        case seconds(Double)
        /// Absent from the first so many lists that are asked for after it was created.
        case lists(Int)
    }

    /// A token that is good here.
    package struct Token: Sendable {
        /// Such as `["actions": "write", "contents": "read"]`; nil: all.
        package var permissions: [String: String]?
        /// The private repositories that it sees, as `OWNER/NAME`; nil: all.
        package var repositories: Set<String>?
        /// Sent as `github-authentication-token-expiration`; from then on 401.
        package var expires: Date?
        /// Requests an hour, nil: `Settings.tokenLimit`.
        package var limit: Int?
        /// Whether the words of a refusal are those for an App's token.
        package var isInstallation = false
        /// The app that it was given to.
        package var app: String?

        package init(
            permissions: [String: String]? = nil, repositories: Set<String>? = nil, expires: Date? = nil,
            limit: Int? = nil, isInstallation: Bool = false, app: String? = nil
        ) {
            self.permissions = permissions
            self.repositories = repositories
            self.expires = expires
            self.limit = limit
            self.isInstallation = isInstallation
            self.app = app
        }

        func grants(_ permission: String, _ level: String) -> Bool {
            guard let permissions else { return true }
            let held = permissions[permission]
            return held == "write" || held == "admin" || held == level
        }
    }
}
