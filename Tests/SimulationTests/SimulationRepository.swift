import WatcherCore

/// A release of the model world, with what an unbelieving observer remembers of it.
struct SimulatedRelease {
    enum Kind { case plain, prereleaseByTag, unreadable, unsafe }

    let id: Int64
    let tag: String
    let kind: Kind
    /// What the version is worth, worked out without the code under test.
    let rank: [Int]
    /// Where GitHub's list has it: by the commit's date, so a new release can be far down.
    let place: Int64
    var isDraft = false
    var isFlagged = false
    /// 0: no asset; 1: one is there and one is being uploaded; 2: complete.
    var stage = 2
    var published: Int64?
    var completed: Int64?
    var deleted: Int64?
    /// Whether it was ever published without the flag.
    var wasPlain: Bool { plainSince != nil }
    /// Since when it has been published without the flag, for the first time.
    var plainSince: Int64?

    var isListed: Bool { deleted == nil }

    func onTheWire(ofRepository repository: Int64) -> Release {
        let assets: [Release.Asset] =
            switch stage {
            case 0: []
            case 1: [.init(name: "pkg-a.tar"), .init(name: "pkg-b1.tar", state: "starter", size: 0)]
            default: [.init(name: "pkg-a.tar"), .init(name: "pkg-b1.tar", size: 5), .init(name: "pkg-b2.tar", size: 7)]
            }
        return Release(
            id: SourceID(id), tag: tag, name: tag, url: "https://example.org/\(repository)/\(id)", isDraft: isDraft,
            isPrerelease: isFlagged,
            publishedAt: published.map { Timestamp(seconds: $0 / 1000) }, assets: assets)
    }
}

struct SimulatedRepository {
    let id: Int64
    var fullName: String
    var isArchived = false
    var releases: [SimulatedRelease] = []
    /// What lists showed and since when, newest last: a list may lag.
    var pictures: [(since: Int64, releases: [Release])] = []
    var version = [1, 0, 0]
    var tags: Set<String> = []

    static let lag: Int64 = 5 * 60_000

    mutating func takePicture(at time: Int64) {
        let listed = releases.filter(\.isListed).sorted { ($0.place, $0.id) > ($1.place, $1.id) }
        pictures.append((time, listed.map { $0.onTheWire(ofRepository: id) }))
        while pictures.count > 8 { pictures.removeFirst() }
    }

    /// What a list may show now: what was true at some time within the lag.
    func picture(at time: Int64, lagging: Bool, _ dice: inout Dice) -> [Release] {
        guard let last = pictures.indices.last else { return [] }
        guard lagging else { return pictures[last].releases }
        let possible = pictures.indices.filter { $0 == last || pictures[$0 + 1].since >= time - Self.lag }
        return pictures[dice.pick(possible)].releases
    }

    /// Publishes something: mostly the next version, sometimes an older line, a prerelease, or nonsense.
    mutating func publish(id newID: Int64, prefix: String, at time: Int64, _ dice: inout Dice) {
        var rank = version
        var kind = SimulatedRelease.Kind.plain
        var suffix = ""
        switch dice.below(100) {
        case 0..<50: rank[2] += 1
        case 50..<60: rank = [rank[0], rank[1] + 1, 0]
        case 60..<64: rank = [rank[0] + 1, 0, 0]
        case 64..<76:
            // An older line.
            rank = [rank[0], max(rank[1] - 1, 0), 20 + dice.below(60)]
        case 76..<86:
            kind = .prereleaseByTag
            rank = [rank[0], rank[1] + 1, 0]
            suffix = dice.pick(["-rc1", "-beta", "-alpha2", "-rc.2"])
        case 86..<90:
            kind = .unreadable
            suffix = "$nonsense\(dice.below(1000))"
        case 90..<93:
            kind = .unsafe
            suffix = " $(reboot)\(dice.below(1000))"
        default: rank[2] += 1 + dice.below(10)
        }
        let tag = prefix + rank.map(String.init).joined(separator: ".") + suffix
        guard tags.insert(tag).inserted else { return }
        if kind == .plain, rank.lexicographicallyPrecedes(version) == false { version = rank }
        let place = dice.perMille(850) ? time : time - dice.between(0, 400) * 86_400_000
        var release = SimulatedRelease(id: newID, tag: tag, kind: kind, rank: rank, place: place)
        release.isDraft = dice.perMille(100)
        release.isFlagged = kind == .prereleaseByTag ? dice.perMille(700) : dice.perMille(80)
        release.stage = dice.pick([0, 1, 2, 2, 2])
        releases.append(release)
        if !release.isDraft { appear(releases.count - 1, at: time) }
        takePicture(at: time)
    }

    mutating func appear(_ index: Int, at time: Int64) {
        releases[index].isDraft = false
        releases[index].published = time
        if !releases[index].isFlagged { releases[index].plainSince = releases[index].plainSince ?? time }
        if releases[index].stage == 2 { releases[index].completed = time }
    }

    /// Something happens to a release that is there.
    mutating func change(newID: Int64, at time: Int64, _ dice: inout Dice) {
        let listed = releases.indices.filter { releases[$0].isListed }
        guard !listed.isEmpty else { return }
        let recent = listed.suffix(4)
        let index = dice.pick(dice.perMille(700) ? Array(recent) : listed)
        switch dice.below(100) {
        case 0..<45:
            guard let next = listed.last(where: { releases[$0].stage < 2 }) else { return }
            releases[next].stage += 1
            if releases[next].stage == 2 { releases[next].completed = time }
        case 45..<60:
            guard let draft = listed.last(where: { releases[$0].isDraft }) else { return }
            appear(draft, at: time)
        case 60..<78:
            guard let flagged = listed.last(where: { releases[$0].isFlagged && !releases[$0].isDraft }) else { return }
            releases[flagged].isFlagged = false
            releases[flagged].plainSince = releases[flagged].plainSince ?? time
        case 78..<86: releases[index].deleted = time
        default:
            // Taken back and published again under the same tag.
            releases[index].deleted = time
            let old = releases[index]
            var again = SimulatedRelease(id: newID, tag: old.tag, kind: old.kind, rank: old.rank, place: time)
            again.stage = dice.pick([0, 2])
            releases.append(again)
            appear(releases.count - 1, at: time)
        }
        takePicture(at: time)
    }
}
