import Curl
import FoundationEssentials
import WatcherCore

/// Reads what GraphQL answers to a survey: 200 in nearly all cases, with data, with errors, or with both.
enum SurveyAnswer {
    struct Limit: Decodable {
        var cost: Int?
        var remaining: Int?
        var resetAt: String?
    }

    static func read(_ response: HTTPResponse, count: Int) -> (SurveyOutcome, Limit?) {
        let wire: Wire
        do {
            wire = try JSONDecoder().decode(Wire.self, from: Data(response.body))
        } catch {
            let found = MalformedResponse.describe(response, error)
            return (.failed(.transient("the answer to a survey cannot be read: \(found)")), nil)
        }
        let faults = wire.errors ?? []
        let limit = wire.data?.rateLimit
        if let fault = faults.first(where: \.isLimit) {
            let headers = response.retryAfter ?? (limit?.remaining ?? 0 > 0 ? nil : RateLimitReading(response).resetIn)
            return (.failed(.rateLimited(seconds: headers.map { $0 + 1 }, fault.words)), limit)
        }
        if let nodes = wire.data?.nodes, nodes.count == count {
            let unsaid = Unsaid(faults)
            let observations = nodes.enumerated().map { index, node in
                node.observation ?? (unsaid.contains(index) ? .unknown : .gone)
            }
            // What GitHub gave up in the middle it may answer when it is asked for less.
            if let fault = faults.first(where: \.isTooLarge), observations.contains(.unknown) {
                return (.tooLarge(fault.words), limit)
            }
            return (.answered(observations, points: limit?.cost ?? 1), limit)
        }
        guard let fault = faults.first else {
            let found = MalformedResponse.describe(response)
            let said = wire.data?.nodes.map { "\($0.count) repositories for \(count) ids" } ?? found
            return (.failed(.transient("the answer to a survey cannot be read: \(said)")), limit)
        }
        if let fault = faults.first(where: \.isAboutSchema) { return (.unsupported(fault.words), limit) }
        if let fault = faults.first(where: \.isTooLarge) { return (.tooLarge(fault.words), limit) }
        return (.failed(.transient(fault.words)), limit)
    }

    /// The nodes of which the answer says nothing, because of an error that is not that they are missing.
    private struct Unsaid {
        private var indices: Set<Int> = []
        /// An error that names no node may be about any.
        private var isAny = false

        init(_ faults: [Fault]) {
            for fault in faults where !fault.isMissing {
                if let index = fault.index { indices.insert(index) } else { isAny = true }
            }
        }

        func contains(_ index: Int) -> Bool { isAny || indices.contains(index) }
    }

    private struct Wire: Decodable {
        var data: Body?
        var errors: [Fault]?
    }

    private struct Body: Decodable {
        var nodes: [Node]?
        var rateLimit: Limit?
    }

    /// A repository, `null`, or something else of which nothing was asked.
    private struct Node: Decodable {
        var repository: Repository?

        init(from decoder: any Decoder) throws {
            if try decoder.singleValueContainer().decodeNil() { return }
            guard try decoder.container(keyedBy: Repository.CodingKeys.self).contains(.nameWithOwner) else { return }
            repository = try Repository(from: decoder)
        }

        var observation: SurveyObservation? {
            repository.map { found in
                let releases = (found.releases.nodes ?? []).compactMap { $0 }
                return .repository(
                    RepositorySnapshot(
                        repositoryID: found.databaseId, fullName: found.nameWithOwner, isArchived: found.isArchived,
                        releaseCount: found.releases.totalCount, releases: releases.map(\.snapshot)))
            }
        }
    }

    private struct Repository: Decodable {
        var databaseId: Int64?
        var nameWithOwner: String
        var isArchived: Bool
        var releases: Releases

        enum CodingKeys: String, CodingKey { case databaseId, nameWithOwner, isArchived, releases }
    }

    private struct Releases: Decodable {
        var totalCount: Int
        var nodes: [Release?]?
    }

    private struct Release: Decodable {
        var databaseId: Int64?
        var tagName: String
        var isPrerelease: Bool
        var isDraft: Bool
        var publishedAt: String?
        var updatedAt: String

        var snapshot: RepositorySnapshot.Release {
            RepositorySnapshot.Release(
                id: databaseId, tag: tagName, isDraft: isDraft, isPrerelease: isPrerelease, publishedAt: publishedAt,
                updatedAt: updatedAt)
        }
    }

    /// An entry of `errors`.
    private struct Fault: Decodable {
        private var type: String?
        private var message: String?
        private var path: [Step]?
        private var extensions: Extensions?

        private struct Extensions: Decodable { var code: String? }

        private struct Step: Decodable {
            var number: Int?

            init(from decoder: any Decoder) throws { number = try? decoder.singleValueContainer().decode(Int.self) }
        }

        /// In GitHub's own words.
        var words: String {
            let said = message ?? type ?? "an error without a message"
            return "GitHub answered: \(said.cleanedLine(limit: 300))"
        }

        /// The place in `nodes` that it is about.
        var index: Int? { path.flatMap { $0.count > 1 ? $0[1].number : nil } }

        var isMissing: Bool { ["NOT_FOUND", "FORBIDDEN"].contains(type) && index != nil }

        var isLimit: Bool {
            ["RATE_LIMITED", "RATE_LIMIT"].contains(type) || says("rate limit exceeded", "rate limit already exceeded")
                || says("secondary rate limit")
        }

        /// An older schema, or another server's.
        var isAboutSchema: Bool {
            let codes = [
                "undefinedField", "undefinedType", "argumentNotAccepted", "argumentLiteralsIncompatible",
                "missingRequiredArguments", "variableMismatch", "fragmentOnNonCompositeType",
            ]
            return extensions?.code.map(codes.contains) ?? false
                || says("doesn't exist on type", "doesn't accept argument", "isn't a defined", "no such type")
        }

        var isTooLarge: Bool {
            ["RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"].contains(type)
                || says("timeout", "timed out", "couldn't respond to your request in time")
                || says("something went wrong while executing your query")
        }

        private func says(_ phrases: String...) -> Bool {
            let said = message?.lowercased() ?? ""
            return phrases.contains { said.contains($0) }
        }
    }
}
