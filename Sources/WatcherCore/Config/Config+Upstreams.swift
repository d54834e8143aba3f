extension Config.Upstream {
    /// With `isDefault` the keys that may stand under `defaults`: all but the repository.
    init(reading object: ConfigObject, isDefault: Bool = false) {
        self.init(repository: isDefault ? "" : object.text("github", .repository, required: true) ?? "")
        line = object.text("line", .tagLine)
        prereleases = object.boolean("prereleases", default: prereleases)
        minimumVersion = object.text("minimumVersion", .version).flatMap { Version($0) }
        include = object.value("include")?.pattern()
        exclude = object.value("exclude")?.pattern()
        let assets = object.value("requiredAssets", default: .array([]))
        requiredAssets = assets?.distinct { $0.glob() } ?? requiredAssets
        let deadline = object.value("assetDeadline", default: .string(DurationText.text(assetDeadline)))
        assetDeadline = deadline?.seconds(in: 0...DurationText.limit) ?? assetDeadline
        if requiredAssets.isEmpty, assets == nil, !isDefault {
            deadline?.advise("no effect without requiredAssets")
        }
        minimumAge = object.seconds("minimumAge", default: minimumAge)
        onFirstSight = object.choice("onFirstSight", default: onFirstSight)
        every = object.seconds("every", atLeast: 1)
    }
}

extension ConfigValue {
    /// A regular expression that compiles.
    fileprivate func pattern() -> String? {
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
