// What is reported about the lines of an upstream's tags.

extension Core {
    mutating func reportLines(
        _ name: String, _ upstream: Config.Upstream, _ lines: UpstreamState.LineDiff, at now: Instant
    ) {
        let state = ledger.upstreams[name]
        let followed = upstream.line ?? state?.line ?? ""
        let highest = state?.lastSeen.map { " (\($0.tag))" } ?? ""
        let key = "upstreams.\(name).line"
        if !lines.equals.isEmpty {
            attend(
                "lines:\(name):\(followed)", upstream: name,
                "\(upstream.repository) has several lines of tags with as many releases: following \"\(followed)\"\(highest), not \(lines.equals.joined(separator: ", "))",
                hint: "set \(key) in the configuration to choose", at: now)
        }
        if lines.isMissing {
            attend(
                "line-missing:\(name):\(followed)", upstream: name,
                "\(upstream.repository) has no tag in the line \"\(followed)\"",
                hint: "watcher explain \(name) shows the lines that there are; set \(key) to one of them", at: now)
        }
        if let tag = lines.corrected {
            attend(
                "line-corrected:\(name):\(tag)", upstream: name,
                "the highest release of \(upstream.repository) in the line \"\(followed)\" is \(tag); nothing was started for it",
                at: now)
        }
        for item in lines.outside {
            attend(
                "line:\(name):\(item.kind)", upstream: name,
                "\(upstream.repository) has published \(item.tag), which is not in the line that is followed: \"\(followed)\"\(highest)",
                hint: item.isSameLine
                    ? "if its tags are written like this from now on, select them with upstreams.\(name).include"
                    : "set \(key) to \"\(item.line)\" to follow it", at: now)
        }
        if let tag = lines.overLimit.first {
            attend(
                "pattern:\(name):\(upstream.include ?? ""):\(upstream.exclude ?? "")", upstream: name,
                "matching \(tag) with include or exclude takes too long: releases are ignored",
                hint: "simplify the pattern: no repetition within a repetition, such as (a+)+", at: now)
        }
    }
}
