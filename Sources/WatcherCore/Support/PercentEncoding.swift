extension String {
    /// Percent-encodes all but the unreserved characters of RFC 3986: for a path segment, a query or form value.
    package var percentEncoded: String {
        utf8.reduce(into: "") { result, byte in
            let isUnreserved =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "-._~".utf8.contains(byte)
            if isUnreserved {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += Self.percentEncoded(byte)
            }
        }
    }

    static func percentEncoded(_ byte: UInt8) -> String {
        (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
    }
}
