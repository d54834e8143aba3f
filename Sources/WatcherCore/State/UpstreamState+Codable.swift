/// In the state file what is as usual is left out: no failures, nothing waiting, a last check that was good.
extension UpstreamState: Codable {
    private enum CodingKeys: String, CodingKey {
        case repositoryID, repository, lastSeen, seen, waiting, etag, firstCheck, lastCheck, lastGoodCheck, usualGap
        case line, nodeID, lastSweep, emptySince, failures, lastError, replacedBy
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        repositoryID = try container.decodeIfPresent(SourceID.self, forKey: .repositoryID)
        repository = try container.decodeIfPresent(String.self, forKey: .repository)
        lastSeen = try container.decodeIfPresent(ReleaseReference.self, forKey: .lastSeen)
        line = try container.decodeIfPresent(String.self, forKey: .line)
        nodeID = try container.decodeIfPresent(String.self, forKey: .nodeID)
        seen = try container.decode(SeenReleases.self, forKey: .seen)
        waiting = try container.decodeIfPresent([Waiting].self, forKey: .waiting) ?? []
        etag = try container.decodeIfPresent(String.self, forKey: .etag)
        firstCheck = try container.decodeIfPresent(Timestamp.self, forKey: .firstCheck)
        lastGoodCheck = try container.decodeIfPresent(Timestamp.self, forKey: .lastGoodCheck)
        lastCheck = try container.decodeIfPresent(Timestamp.self, forKey: .lastCheck) ?? lastGoodCheck
        usualGap = try container.decodeIfPresent(Int64.self, forKey: .usualGap)
        lastSweep = try container.decodeIfPresent(Timestamp.self, forKey: .lastSweep)
        emptySince = try container.decodeIfPresent(Timestamp.self, forKey: .emptySince)
        failures = try container.decodeIfPresent(Int.self, forKey: .failures) ?? 0
        lastError = try container.decodeIfPresent(String.self, forKey: .lastError)
        replacedBy = try container.decodeIfPresent(SourceID.self, forKey: .replacedBy)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(repositoryID, forKey: .repositoryID)
        try container.encodeIfPresent(repository, forKey: .repository)
        try container.encodeIfPresent(lastSeen, forKey: .lastSeen)
        try container.encodeIfPresent(line, forKey: .line)
        try container.encodeIfPresent(nodeID, forKey: .nodeID)
        try container.encode(seen, forKey: .seen)
        if !waiting.isEmpty { try container.encode(waiting, forKey: .waiting) }
        try container.encodeIfPresent(etag, forKey: .etag)
        try container.encodeIfPresent(firstCheck, forKey: .firstCheck)
        try container.encodeIfPresent(lastGoodCheck, forKey: .lastGoodCheck)
        if lastCheck != lastGoodCheck { try container.encodeIfPresent(lastCheck, forKey: .lastCheck) }
        try container.encodeIfPresent(usualGap, forKey: .usualGap)
        try container.encodeIfPresent(lastSweep, forKey: .lastSweep)
        try container.encodeIfPresent(emptySince, forKey: .emptySince)
        if failures != 0 { try container.encode(failures, forKey: .failures) }
        try container.encodeIfPresent(lastError, forKey: .lastError)
        try container.encodeIfPresent(replacedBy, forKey: .replacedBy)
    }
}
