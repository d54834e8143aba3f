import Crypto
import Foundation

extension LookalikeState {
    /// Everything between a request and its answer: who asks, whether they may, what they get, what it costs.
    mutating func answer(
        _ request: RecordedRequest
    ) -> (recorded: RecordedRequest, answer: ScriptedAnswer) {
        var call = LookalikeCall(request, prefix: pathPrefix)
        call.largestPage = settings.largestPage
        let id = repositoryID(call)
        call.request.repository = id.flatMap { repositories[$0]?.fullName }
        let planned = faults.takeFault(for: call.request)
        var answer: ScriptedAnswer
        if let planned, planned.effect == .prevented, !call.isRead || !planned.fault.needsGenuineAnswer {
            answer = .json(200, [:])
            addHeaders(to: &answer, call)
        } else {
            var isFree = call.request.endpoint == .rateLimit
            if let refusal = refusal(call, &isFree) {
                answer = refusal
            } else {
                answer = serve(call, id)
            }
            finish(&answer, call, isFree: isFree, allows304: !(planned?.fault.needsBody ?? false))
        }
        if let planned { planned.fault.change(&answer) }
        answer.delay += settings.latency
        return (call.request, answer)
    }

    func error(_ status: Int, _ message: String, _ page: String = "") -> ScriptedAnswer {
        .json(
            status,
            [
                "message": .string(message), "status": .string(String(status)),
                "documentation_url": .string("https://docs.github.com/rest" + page),
            ])
    }

    private func repositoryID(_ call: LookalikeCall) -> Int? {
        switch call.name {
        case .fullName(let name): names[name.lowercased()]
        case .id(let id): repositories[id] == nil ? nil : id
        case nil: nil
        }
    }

    private mutating func serve(_ call: LookalikeCall, _ id: Int?) -> ScriptedAnswer {
        if call.request.endpoint == .rateLimit { return rateLimit(call) }
        if call.request.endpoint == .graphql { return graphQL(call) }
        if call.request.endpoint == .accessToken { return accessToken(call) }
        guard let id, let repository = repositories[id], !repository.isDeleted,
            call.isOfApp || sees(call, repository)
        else {
            return error(404, "Not Found")
        }
        if let redirect = redirect(call, repository) { return redirect }
        if repository.isBlocked { return blocked }
        if let refusal = permissionRefusal(call, repository) { return refusal }
        switch call.request.endpoint {
        case .repository: return .json(200, repository.json(api: url))
        case .releases, .latestRelease, .release, .releaseByTag, .releaseAssets: return releases(call, id)
        case .workflow: return workflow(call, repository)
        case .dispatch: return dispatch(call, repository)
        case .event: return event(call, repository)
        case .workflowRuns: return runList(call, repository)
        case .run, .jobs: return run(call, repository)
        case .contents: return contents(call, repository)
        case .installation: return installation(call, repository)
        case .rateLimit, .graphql, .accessToken, .other: return error(404, "Not Found")
        }
    }

    private var blocked: ScriptedAnswer {
        .json(
            451,
            [
                "message": "Repository access blocked",
                "block": [
                    "reason": "dmca", "created_at": "2024-11-12T14:38:04Z",
                    "html_url": "https://github.com/github/dmca/blob/master/EXAMPLE.md",
                ],
            ])
    }

    /// 301 for reading, 307 for anything else, both to the form with the id.
    private func redirect(_ call: LookalikeCall, _ repository: LookalikeRepository) -> ScriptedAnswer? {
        let query = call.request.target.firstIndex(of: "?").map { String(call.request.target[$0...]) } ?? ""
        let target: String
        switch (repository.redirect, call.name) {
        case (.elsewhere(let base), _): target = "\(base)/repositories/\(repository.id)\(call.rawRest)\(query)"
        case (.loop, .id): target = "\(url)/repos/\(repository.fullName)\(call.rawRest)\(query)"
        case (.loop, _): target = "\(url)/repositories/\(repository.id)\(call.rawRest)\(query)"
        case (nil, .fullName(let name)) where name.lowercased() != repository.fullName.lowercased():
            target = "\(url)/repositories/\(repository.id)\(call.rawRest)\(query)"
        default: return nil
        }
        var answer = error(call.isRead ? 301 : 307, call.isRead ? "Moved Permanently" : "Temporary Redirect")
        answer.body = .bytes(
            WireJSON.object([
                "message": call.isRead ? "Moved Permanently" : "Temporary Redirect", "url": .string(target),
                "documentation_url": .string(
                    "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects"),
            ]).bytes)
        answer.set("Location", target)
        return answer
    }

    private mutating func finish(
        _ answer: inout ScriptedAnswer, _ call: LookalikeCall, isFree: Bool, allows304: Bool
    ) {
        if answer.status == 200, call.isRead, call.request.endpoint != .rateLimit, case .bytes(let body) = answer.body {
            let tag = Self.entityTag(call.request, body)
            let takesGzip = (call.request.header("Accept-Encoding") ?? "").contains("gzip")
            answer.set("ETag", takesGzip ? "W/\(tag)" : tag)
            if allows304, isUnchanged(call.request, tag, lastModified: answer.header("Last-Modified")) {
                answer.status = 304
                answer.body = .bytes([])
                answer.set("Content-Type", nil)
                answer.set("Link", nil)
            } else if takesGzip && settings.gzip {
                answer.body = .bytes(Gzip.stored(body))
                answer.set("Content-Encoding", "gzip")
            }
        }
        if !isFree && (answer.status != 304 || call.token.isEmpty) { charge(call) }
        addHeaders(to: &answer, call)
    }

    /// SHA-256 of those of `Accept`, `Authorization` and `Cookie` that were sent, and the body, with colons between.
    static func entityTag(_ request: RecordedRequest, _ body: [UInt8]) -> String {
        var hash = SHA256()
        for name in ["Accept", "Authorization", "Cookie"] {
            if let value = request.header(name) { hash.update(data: Array("\(value):".utf8)) }
        }
        hash.update(data: body)
        let digits = Array("0123456789abcdef")
        return "\"" + String(hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }) + "\""
    }

    /// `If-None-Match` wins over `If-Modified-Since` (RFC 9110, 13.2.2).
    private func isUnchanged(_ request: RecordedRequest, _ tag: String, lastModified: String?) -> Bool {
        if let wanted = request.header("If-None-Match") {
            return wanted.split(separator: ",").contains {
                let given = $0.trimmingCharacters(in: .whitespaces)
                return given == "*" || given == tag || given == "W/\(tag)"
            }
        }
        return lastModified != nil && request.header("If-Modified-Since") == lastModified
    }
}
