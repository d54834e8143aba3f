// The keys of an upstream in the state file. What is as usual is left out: no failures, nothing waiting, a last check that
// was good.

extension UpstreamState: StateObject {
    mutating func members<Members: StateMembers>(_ members: inout Members) throws(Members.Failure) {
        var failures = self.failures == 0 ? nil : Int64(self.failures)
        var isBlocked = self.isBlocked ? true : nil
        var lastCheck = self.lastCheck == lastGoodCheck ? nil : self.lastCheck
        var waiting = self.waiting.isEmpty ? nil : self.waiting
        try members.optional("emptySince", &emptySince)
        try members.optional("etag", &etag)
        try members.optional("failures", &failures)
        try members.optional("firstCheck", &firstCheck)
        try members.optional("isBlocked", &isBlocked)
        try members.optional("lastCheck", &lastCheck)
        try members.optional("lastError", &lastError)
        try members.optional("lastGoodCheck", &lastGoodCheck)
        try members.optional("lastSeen", &lastSeen)
        try members.optional("lastSweep", &lastSweep)
        try members.optional("line", &line)
        try members.optional("nodeID", &nodeID)
        try members.optional("replacedBy", &replacedBy)
        try members.optional("repository", &repository)
        try members.optional("repositoryID", &repositoryID)
        try members.needed("seen", &seen)
        try members.optional("usualGap", &usualGap)
        try members.optional("waiting", &waiting)
        self.failures = failures.flatMap(Int.init(exactly:)) ?? 0
        self.isBlocked = isBlocked ?? false
        self.lastCheck = lastCheck ?? lastGoodCheck
        self.waiting = waiting ?? []
    }

    package init(from decoder: any Decoder) throws {
        self.init()
        var fields = DecodedMembers(container: try decoder.container(keyedBy: StateKey.self))
        try members(&fields)
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = EncodedMembers(container: encoder.container(keyedBy: StateKey.self))
        var copy = self
        try copy.members(&fields)
    }
}

extension UpstreamState.Waiting: StateObject {
    init() {
        self.init(id: 0, release: ReleaseReference(), missing: [], deadline: Timestamp(seconds: 0))
    }

    mutating func members<Members: StateMembers>(_ members: inout Members) throws(Members.Failure) {
        try members.needed("deadline", &deadline)
        try members.needed("id", &id)
        try members.needed("isFarDown", &isFarDown)
        try members.needed("isStalled", &isStalled)
        try members.needed("missing", &missing)
        try members.optional("name", &name)
        try members.needed("release", &release)
        try members.optional("until", &until)
    }
}

extension ReleaseReference: StateObject {
    init() { self.init(tag: "", url: "", publishedAt: nil) }

    mutating func members<Members: StateMembers>(_ members: inout Members) throws(Members.Failure) {
        try members.optional("digest", &digest)
        try members.needed("prerelease", &prerelease)
        try members.optional("publishedAt", &publishedAt)
        try members.optional("statedVersion", &statedVersion)
        try members.needed("tag", &tag)
        try members.needed("url", &url)
    }
}
