/// Which tags can be taken at all, and what becomes of them where not every character is allowed.
package enum Tag {
    /// Characters.
    package static let lengthLimit = 128

    /// Made of `A-Za-z0-9._+-@/~`, without `..`, `//` and `@{`, starting with a letter, a digit or `@`, at most 128
    /// characters: so no value that reaches a build, a workflow or a message can be anything else.
    package static func isSafe(_ tag: String) -> Bool {
        guard let first = tag.utf8.first, tag.utf8.count <= lengthLimit,
            isAlphanumeric(first) || first == UInt8(ascii: "@")
        else { return false }
        var previous: UInt8 = 0
        for byte in tag.utf8 {
            switch byte {
            case UInt8(ascii: "."), UInt8(ascii: "/"): if byte == previous { return false }
            case UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "~"): break
            default: if !isAlphanumeric(byte) { return false }
            }
            previous = byte
        }
        return true
    }

    /// The tag with everything but `A-Za-z0-9._-` replaced by `-`: for image tags and file names, which cannot start with a
    /// `.` or `-` either.
    package static func slug(_ tag: String) -> String {
        let bytes = tag.utf8.map { byte in
            isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") ? byte : UInt8(ascii: "-")
        }
        return String(decoding: bytes.drop { !isAlphanumeric($0) && $0 != UInt8(ascii: "_") }, as: UTF8.self)
    }

    /// Percent-encoded for one segment of a URL's path (RFC 3986, unreserved characters stay).
    package static func pathSegment(_ tag: String) -> String {
        var text = ""
        for byte in tag.utf8 {
            if isAlphanumeric(byte) || "-._~".utf8.contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
}
