extension String {
    /// As text or the value of an attribute in XML and HTML. What is not allowed in XML at all is left out.
    var escapedForMarkup: String {
        guard utf8.contains(where: Self.isMarkup) else { return self }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count + 16)
        var mayHoldForbidden = false
        for byte in utf8 {
            switch byte {
            case 0x26: bytes.append(contentsOf: "&amp;".utf8)
            case 0x3C: bytes.append(contentsOf: "&lt;".utf8)
            case 0x3E: bytes.append(contentsOf: "&gt;".utf8)
            case 0x22: bytes.append(contentsOf: "&quot;".utf8)
            case 0x27: bytes.append(contentsOf: "&#39;".utf8)
            case 0x00..<0x20:
                // Tabs and line breaks are the only control characters in XML.
                if byte == 0x09 || byte == 0x0A { bytes.append(byte) }
            default:
                mayHoldForbidden = mayHoldForbidden || byte == 0xEF
                bytes.append(byte)
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard mayHoldForbidden else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\u{FFFE}" && $0 != "\u{FFFF}" }))
    }
    /// Whether a byte may have to be written in another way.
    private static func isMarkup(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00..<0x20, 0x22, 0x26, 0x27, 0x3C, 0x3E, 0xEF: true
        default: false
        }
    }
}
