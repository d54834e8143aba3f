import Curl
import FoundationEssentials
package import WatcherCore

extension GitHubClient {
    /// What a survey asks. A hundred connections cost one point; the newest are by the date of creation, which is the
    /// only order besides the name.
    static let surveyText = """
        query($ids: [ID!]!) {
          nodes(ids: $ids) {
            ... on Repository {
              databaseId nameWithOwner isArchived
              releases(first: 5, orderBy: {field: CREATED_AT, direction: DESC}) {
                totalCount
                nodes { databaseId tagName isPrerelease isDraft publishedAt updatedAt }
              }
            }
          }
          rateLimit { cost remaining resetAt }
        }
        """

    /// GraphQL is beside the REST API: on GitHub Enterprise Server `…/api/graphql` for `…/api/v3`.
    package static func graphQLURL(ofAPI apiURL: String) -> String {
        let old = "/api/v3"
        return apiURL.hasSuffix(old) ? apiURL.dropLast(old.count) + "/api/graphql" : apiURL + "/graphql"
    }

    /// Asks what many repositories look like, at once.
    package func survey(_ query: SurveyQuery) async -> (SurveyOutcome, RateLimitReading) {
        let body: JSONValue = [
            "query": .string(Self.surveyText),
            "variables": ["ids": .array(query.entries.map { .string($0.nodeID) })],
        ]
        let answer = await post(Self.graphQLURL(ofAPI: apiURL), body: body.utf8(), surveyPace)
        switch answer.result {
        case .failure(let failure): return (Self.surveyOutcome(failure), answer.reading)
        case .success(let response):
            let (outcome, limit) = SurveyAnswer.read(response, count: query.entries.count)
            // Errors of GraphQL come with 200.
            return (Redactor(answer.token.map { [$0] } ?? []).mask(outcome), answer.reading.filled(from: limit))
        }
    }

    private static func surveyOutcome(_ failure: Failure) -> SurveyOutcome {
        guard case .refused(let status, let refusal) = failure else { return .failed(failure.requestFailure) }
        if case .rateLimited = refusal { return .failed(refusal) }
        // Not the survey but all is refused.
        if status == 403, refusal.reason.lowercased().contains("suspended") { return .failed(refusal) }
        switch status {
        // Ten seconds are all that GitHub gives a query.
        case 502, 504: return .tooLarge(refusal.reason)
        case 400, 403, 404, 405, 410, 422, 501: return .unsupported(refusal.reason)
        default: return .failed(failure.requestFailure)
        }
    }
}

extension RateLimitReading {
    /// What the headers do not say, as the body has it.
    fileprivate func filled(from limit: SurveyAnswer.Limit?) -> RateLimitReading {
        guard let limit else { return self }
        var filled = self
        filled.remaining = remaining ?? limit.remaining
        if resetIn == nil, let date, let resetsAt = limit.resetAt.flatMap({ Timestamp($0) }) {
            filled.resetIn = max(resetsAt.seconds(since: date), 0)
        }
        return filled
    }
}
