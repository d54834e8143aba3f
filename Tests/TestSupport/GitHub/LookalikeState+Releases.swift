import Foundation

extension LookalikeState {
    /// Beyond it GitHub answers 422.
    private static let mostResults = 10_000

    mutating func releases(_ call: LookalikeCall, _ id: Int) -> ScriptedAnswer {
        guard let repository = repositories[id] else { return error(404, "Not Found") }
        let visible = repository.releases.filter { !$0.isDraft }
        switch call.request.endpoint {
        case .releases: return list(call, repository)
        case .latestRelease:
            let full = visible.filter { !$0.isPrerelease }
            return one(full.max { $0.created < $1.created }, repository)
        case .releaseByTag: return one(visible.first { $0.tag == call.rest[2] }, repository)
        case .release: return one(visible.first { String($0.id) == call.rest[1] }, repository)
        case .releaseAssets:
            guard let release = visible.first(where: { String($0.id) == call.rest[1] }) else {
                return error(404, "Not Found")
            }
            let (size, number) = call.page
            let assets = release.assets.dropFirst((number - 1) * size).prefix(size).map {
                $0.json(api: url, repository: repository.fullName, tag: release.tag, downloads: downloads)
            }
            var answer = ScriptedAnswer.json(200, .array(assets))
            let base = "\(url)/repositories/\(id)/releases/\(release.id)/assets"
            answer.set("Link", call.links(base: base, total: release.assets.count))
            return answer
        default: return error(404, "Not Found")
        }
    }

    private func one(_ release: GitHubLookalike.Release?, _ repository: LookalikeRepository) -> ScriptedAnswer {
        guard let release else { return error(404, "Not Found") }
        let json = release.json(api: url, repository: repository.fullName, downloads: downloads)
        var answer = ScriptedAnswer.json(200, json)
        answer.set("Last-Modified", (release.updated ?? release.published).httpDate)
        return answer
    }

    private mutating func list(_ call: LookalikeCall, _ repository: LookalikeRepository) -> ScriptedAnswer {
        let (size, number) = call.page
        guard size * (number - 1) < Self.mostResults else {
            return error(422, "Only the first \(Self.mostResults) results are available.")
        }
        if settings.downloadsMove { downloads += 1 }
        let total = repository.releases.count { !$0.isDraft }
        let key = "\(size) \(number) \(settings.releaseOrder) \(downloads)"
        let body: [UInt8]
        if let known = repository.renderedLists[key] {
            body = known
        } else {
            let page = ordered(repository.releases.filter { !$0.isDraft }).dropFirst((number - 1) * size).prefix(size)
            body =
                WireJSON.array(
                    page.map { $0.json(api: url, repository: repository.fullName, downloads: downloads) }
                ).bytes
            if settings.downloadsMove { repositories[repository.id]?.renderedLists = [:] }
            repositories[repository.id]?.renderedLists[key] = body
        }
        var answer = ScriptedAnswer(
            200, headers: [("Content-Type", "application/json; charset=utf-8")], body: .bytes(body))
        answer.set("Link", call.links(base: "\(url)/repositories/\(repository.id)/releases", total: total))
        return answer
    }

    private func ordered(_ releases: [GitHubLookalike.Release]) -> [GitHubLookalike.Release] {
        switch settings.releaseOrder {
        case .createdDescending: return releases.sorted { ($0.created, $0.id) > ($1.created, $1.id) }
        case .createdAscending: return releases.sorted { ($0.created, $0.id) < ($1.created, $1.id) }
        case .publishedDescending: return releases.sorted { ($0.published, $0.id) > ($1.published, $1.id) }
        case .idDescending: return releases.sorted { $0.id > $1.id }
        case .shuffled(let seed):
            var generator = SplitMix(state: seed)
            return releases.sorted { $0.id < $1.id }.shuffled(using: &generator)
        }
    }
}

/// A generator whose numbers depend on the seed alone.
package struct SplitMix: RandomNumberGenerator, Sendable {
    package var state: UInt64

    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
