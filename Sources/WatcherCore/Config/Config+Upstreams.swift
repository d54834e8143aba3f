extension Config.Upstream {
    /// With `isDefault` the keys that may stand under `defaults`: all but the source. Nil without a source.
    init?(reading object: ConfigObject, isDefault: Bool = false) {
        let source: (any ReleaseSource)? =
            isDefault ? GitHubReleases(repository: "") : Self.source(object)
        // The other keys are read all the same, so that all problems show at once.
        self.init(source ?? GitHubReleases(repository: ""))
        readRules(object, isDefault: isDefault)
        guard let source else { return nil }
        if !isDefault { refuseWhatIsMissing(source, object) }
    }

    private static func source(_ object: ConfigObject) -> (any ReleaseSource)? {
        object.exactlyOne(
            "no source",
            of: sourceTypes.map { type in (type.key, type.summary, { value in type.init(reading: value) }) })
    }

    /// What the source has not cannot be asked for.
    private func refuseWhatIsMissing(_ source: any ReleaseSource, _ object: ConfigObject) {
        var needs: [(key: String, feature: SourceFeature)] = [("requiredAssets", .assets), ("assetDeadline", .assets)]
        needs += ["line", "prereleases", "minimumVersion", "include", "exclude"].map { ($0, .versions) }
        let features = source.features
        for (key, feature) in needs where !features.contains(feature) {
            guard let value = object.own(key) else { continue }
            let what = feature == .assets ? "releases with assets" : "several versions"
            value.report(
                .conflict, found: "\"\(key)\" for \"\(type(of: source).key)\"",
                expected: "a source that has \(what)")
        }
    }

    private mutating func readRules(_ object: ConfigObject, isDefault: Bool) {
        line = object.text(
            "line", .tagLine,
            "Which of several lines of tags is followed: what stands before the version, such as "
                + "helm-, or nothing. Default: the one with the most releases at the first check.")
        prereleases = object.boolean(
            "prereleases", "Also take prereleases, marked as such or with a tag that looks like one.",
            default: prereleases)
        minimumVersion = object.text("minimumVersion", .version, "Ignore versions below this one.").flatMap {
            Version($0)
        }
        include = object.value(
            "include",
            "A regular expression (PCRE2) that the whole tag must match; a group named version says "
                + "what the version is.")?.pattern()
        exclude = object.value("exclude", "A regular expression (PCRE2) that the whole tag must not match.")?.pattern()
        let assets = object.value(
            "requiredAssets",
            "Patterns for names of assets (* and ? stand for other characters): each must match at "
                + "least one, and all that it matches must be uploaded and not empty.", default: .array([]))
        requiredAssets = assets?.distinct { $0.glob() } ?? requiredAssets
        let deadline = object.value(
            "assetDeadline",
            "How long after its publication a release without its required assets is reported as stalled, once.",
            default: .string(DurationText.text(assetDeadline)))
        assetDeadline = deadline?.seconds(in: 0...DurationText.limit) ?? assetDeadline
        if requiredAssets.isEmpty, assets == nil, !isDefault {
            deadline?.advise("no effect without requiredAssets")
        }
        minimumAge = object.seconds(
            "minimumAge",
            "How long a release must have been published (without a date: seen) before anything acts on it.",
            default: minimumAge)
        onFirstSight = object.choice(
            "onFirstSight",
            "What the first check does with the releases that are there: baseline records them, act "
                + "takes the highest as new, build-if-missing does so where the registry lacks the image "
                + "that an action verifies or builds.", default: onFirstSight)
        every = object.seconds(
            "every", "The time between two checks of this upstream. Default: that of poll.", atLeast: 1)
    }
}

extension ConfigValue {
    /// A regular expression that compiles.
    fileprivate func pattern() -> String? {
        shape?.set(["minLength": 1, "maxLength": .integer(TagPattern.lengthLimit)])
        guard let text = string("a regular expression for the whole tag") else { return nil }
        guard let objection = TagPattern.objection(to: text) else {
            if text.hasPrefix("/") {
                advise("no tag begins with \"/\": the pattern stands without slashes around it")
            } else if let character = TagPattern.impossibleCharacter(in: text) {
                advise("no tag has the character \(Redaction.text(String(character))), so that this may match nothing")
            }
            return text
        }
        report(.badValue, found: found(), expected: objection)
        return nil
    }

    fileprivate func glob() -> Glob? {
        guard let text = text(.glob) else { return nil }
        if text.utf8.contains(where: "[]{}".utf8.contains) {
            advise("only \"*\" and \"?\" stand for other characters, brackets and braces for themselves")
        }
        return Glob(text)
    }
}
