/// Reads what `StateWriter` has written: its keys in its order, and no others.
extension JSONSkimmer {
    mutating func upstreams() throws(Unknown) -> [String: UpstreamState] {
        var found: [String: UpstreamState] = [:]
        var last: Range<Int>?
        try open()
        while let key = try nextKey() {
            // In order, and so each once.
            if let last, !bytes[last].lexicographicallyPrecedes(bytes[key]) { throw Unknown() }
            last = key
            found[String(decoding: bytes[key], as: UTF8.self)] = try watch()
        }
        return found
    }

    private mutating func watch() throws(Unknown) -> UpstreamState {
        var watch = UpstreamState()
        try open()
        watch.emptySince = try time("emptySince")
        watch.etag = try string("etag")
        watch.failures = Int(try integer("failures") ?? 0)
        watch.firstCheck = try time("firstCheck")
        let lastCheck = try time("lastCheck")
        watch.lastError = try string("lastError")
        watch.lastGoodCheck = try time("lastGoodCheck")
        watch.lastCheck = lastCheck ?? watch.lastGoodCheck
        if key("lastSeen") { watch.lastSeen = try release() }
        watch.lastSweep = try time("lastSweep")
        watch.line = try string("line")
        watch.nodeID = try string("nodeID")
        watch.replacedBy = try id("replacedBy")
        watch.repository = try string("repository")
        watch.repositoryID = try id("repositoryID")
        watch.seen = try needed("seen") { reader throws(Unknown) in try reader.seen() }
        watch.usualGap = try integer("usualGap")
        if key("waiting") { watch.waiting = try list { reader throws(Unknown) in try reader.waiting() } }
        guard try close() else { throw Unknown() }
        return watch
    }

    private mutating func seen() throws(Unknown) -> SeenReleases {
        var lists: [SeenReleases.List] = []
        try open()
        while let key = try nextKey() {
            let reason = String(decoding: bytes[key], as: UTF8.self)
            if let last = lists.last, last.reason >= reason { throw Unknown() }
            lists.append(SeenReleases.List(reason: reason, items: try string()))
        }
        return SeenReleases(lists)
    }

    private mutating func waiting() throws(Unknown) -> UpstreamState.Waiting {
        try open()
        let deadline = try needed("deadline") { reader throws(Unknown) in try reader.time() }
        let id = try Self.needed(try id("id"))
        let isFarDown = try needed("isFarDown") { reader throws(Unknown) in try reader.flag() }
        let isStalled = try needed("isStalled") { reader throws(Unknown) in try reader.flag() }
        let missing = try needed("missing") { reader throws(Unknown) in
            try reader.list { reader throws(Unknown) in try reader.string() }
        }
        let name = try string("name")
        let release = try needed("release") { reader throws(Unknown) in try reader.release() }
        let until = try time("until")
        guard try close() else { throw Unknown() }
        return UpstreamState.Waiting(
            id: id, release: release, name: name, missing: missing, until: until, deadline: deadline,
            isStalled: isStalled, isFarDown: isFarDown)
    }

    private mutating func release() throws(Unknown) -> ReleaseReference {
        try open()
        let digest = try string("digest")
        let prerelease = try needed("prerelease") { reader throws(Unknown) in try reader.flag() }
        let publishedAt = try time("publishedAt")
        let stated = try string("statedVersion")
        let tag = try Self.needed(try string("tag"))
        let url = try Self.needed(try string("url"))
        guard try close() else { throw Unknown() }
        var release = ReleaseReference(
            tag: tag, url: url, publishedAt: publishedAt, prerelease: prerelease, statedVersion: stated)
        release.digest = digest
        return release
    }

    // MARK: - Members

    private mutating func needed<Value>(
        _ name: String, _ read: (inout JSONSkimmer) throws(Unknown) -> Value
    ) throws(Unknown) -> Value {
        guard key(name) else { throw Unknown() }
        return try read(&self)
    }

    private mutating func time(_ name: String) throws(Unknown) -> Timestamp? { key(name) ? try time() : nil }

    private mutating func string(_ name: String) throws(Unknown) -> String? { key(name) ? try string() : nil }

    private mutating func integer(_ name: String) throws(Unknown) -> Int64? { key(name) ? try integer() : nil }

    /// A number, or a string that is no number.
    private mutating func id(_ name: String) throws(Unknown) -> SourceID? {
        guard key(name) else { return nil }
        guard isString else { return SourceID(try integer()) }
        return try Self.needed(SourceID(try string()))
    }
}
