/// The name of a line: what stands before the version.
package enum LineName {
    /// As it is written, without a `v` of its own; `""` when there is no name in it.
    static func text(_ tag: TagBytes, upTo start: Int) -> String {
        let end = nameEnd(tag, upTo: start)
        guard (0..<end).contains(where: { !tag.isSeparator($0) || tag[$0] == UInt8(ascii: "@") }) else { return "" }
        return String(decoding: tag.bytes[..<end], as: UTF8.self)
    }

    /// Two names are of one line when these are equal: neither case nor what separates the name from the version counts,
    /// because projects change both (`OpenSSL_1_1_1`, `openssl-3.0.0`).
    package static func key(_ name: String) -> String {
        guard !name.isEmpty else { return "" }
        var bytes = name.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        while let last = bytes.last, "-_.".utf8.contains(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The stage that the last word of the name says (`prerelease-3.3.4`, `nightly-20240101`). The name of a package or of a
    /// folder says none.
    static func stage(_ tag: TagBytes, upTo start: Int) -> Version.Stage? {
        var end = nameEnd(tag, upTo: start)
        while end > 0, tag.isJoint(end - 1) { end -= 1 }
        var first = end
        while first > 0, tag.isLetter(first - 1) { first -= 1 }
        guard end - first > 1, case .before(let stage) = tag.word(first..<end) else { return nil }
        return stage
    }

    /// Without a `v` that stands alone, and what joins it to the version.
    private static func nameEnd(_ tag: TagBytes, upTo start: Int) -> Int {
        var end = start
        while end > 0, tag.isJoint(end - 1) { end -= 1 }
        let isAlone = end > 0 && tag.isV(end - 1) && (end == 1 || tag.isSeparator(end - 2))
        return isAlone ? end - 1 : start
    }
}
