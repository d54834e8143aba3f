/// The pattern of a `page`: each match says a version, by its group of that name.
struct PagePattern {
    private let pattern: CompiledPattern

    /// Steps of one match at one place, and of all of them in a page: some tenths of a second.
    private static let stepLimit: UInt32 = 1_000_000
    private static let searchLimit = 20_000_000

    /// Nil when it does not compile, which no pattern of a `Config` does.
    init?(_ pattern: String) {
        guard let compiled = try? Self.compile(pattern) else { return nil }
        self.pattern = compiled
    }

    private static func compile(_ pattern: String) throws(CompiledPattern.Objection) -> CompiledPattern {
        try CompiledPattern(pattern, isWhole: false, stepLimit: stepLimit, searchLimit: searchLimit)
    }

    /// The versions in their order; nil when matching takes too long, or there are too many.
    func versions(in page: [UInt8]) -> [String]? {
        var found: [String] = []
        var offset = 0
        while offset <= page.count {
            switch pattern.match(page, from: offset, versionLimit: Tag.lengthLimit) {
            case .none: return found
            case .overLimit: return nil
            case .found(let range, let version):
                if let version { found.append(version) }
                guard found.count <= JSONVersions.versionLimit else { return nil }
                // What matches nothing must not match at the same place for ever.
                offset = max(range.upperBound, offset) + (range.isEmpty ? 1 : 0)
            }
        }
        return found
    }

    /// Why a pattern cannot be used, as a phrase after "expected"; nil when it can.
    static func objection(to pattern: String) -> String? {
        if let objection = TagPattern.objection(to: pattern) { return objection }
        guard let compiled = try? compile(pattern), compiled.hasGroup("version") else {
            return "a group named version: (?<version>…)"
        }
        return nil
    }
}
