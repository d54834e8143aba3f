/// Writes what the state remembers of upstreams: compact JSON, keys in the order of the alphabet, no key without a value
/// or with the usual one.
///
/// The same as `JSONEncoder` writes with sorted keys and slashes as they are: a test holds the two together, so that a
/// new field of `Watch` cannot be forgotten here.
struct StateWriter {
    var bytes: [UInt8] = []
    private var needsComma = false

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func write(_ watch: UpstreamState) {
        open()
        member("emptySince", watch.emptySince)
        member("etag", watch.etag)
        if watch.failures != 0 { member("failures", Int64(watch.failures)) }
        member("firstCheck", watch.firstCheck)
        if watch.lastCheck != watch.lastGoodCheck { member("lastCheck", watch.lastCheck) }
        member("lastError", watch.lastError)
        member("lastGoodCheck", watch.lastGoodCheck)
        if let lastSeen = watch.lastSeen {
            key("lastSeen")
            write(lastSeen)
        }
        member("lastSweep", watch.lastSweep)
        member("line", watch.line)
        member("nodeID", watch.nodeID)
        member("replacedBy", watch.replacedBy)
        member("repository", watch.repository)
        member("repositoryID", watch.repositoryID)
        key("seen")
        open()
        for list in watch.seen.lists {
            separate()
            text(list.reason)
            bytes.append(0x3A)
            text(list.items)
        }
        close()
        member("usualGap", watch.usualGap)
        if !watch.waiting.isEmpty { list("waiting", watch.waiting) { $0.write($1) } }
        close()
    }

    private mutating func write(_ item: UpstreamState.Waiting) {
        open()
        member("deadline", item.deadline)
        member("id", item.id)
        member("isFarDown", item.isFarDown)
        member("isStalled", item.isStalled)
        list("missing", item.missing) { $0.text($1) }
        member("name", item.name)
        key("release")
        write(item.release)
        member("until", item.until)
        close()
    }

    private mutating func write(_ release: ReleaseReference) {
        open()
        member("digest", release.digest)
        member("prerelease", release.prerelease)
        member("publishedAt", release.publishedAt)
        member("statedVersion", release.statedVersion)
        member("tag", release.tag)
        member("url", release.url)
        close()
    }

    // MARK: - Parts

    private mutating func open() {
        raw("{")
        needsComma = false
    }

    private mutating func close() {
        raw("}")
        needsComma = true
    }

    private mutating func list<Item>(_ name: String, _ items: [Item], _ write: (inout StateWriter, Item) -> Void) {
        key(name)
        raw("[")
        needsComma = false
        for item in items {
            separate()
            write(&self, item)
        }
        raw("]")
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(0x2C) }
        needsComma = true
    }

    private mutating func key(_ name: String) {
        separate()
        bytes.append(0x22)
        bytes.append(contentsOf: name.utf8)
        bytes.append(0x22)
        bytes.append(0x3A)
    }

    private mutating func member(_ name: String, _ value: Int64?) {
        guard let value else { return }
        key(name)
        raw(String(value))
    }

    private mutating func member(_ name: String, _ value: SourceID?) {
        guard let value else { return }
        key(name)
        if value.number != nil { raw(value.text) } else { text(value.text) }
    }

    private mutating func member(_ name: String, _ value: Bool) {
        key(name)
        raw(value ? "true" : "false")
    }

    private mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        key(name)
        text(value)
    }

    private mutating func member(_ name: String, _ value: Timestamp?) {
        guard let value else { return }
        key(name)
        bytes.append(0x22)
        value.append(to: &bytes)
        bytes.append(0x22)
    }

    mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// A string in its quotes.
    mutating func text(_ text: String) {
        bytes.append(0x22)
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        if bytes[start...].contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) {
            bytes.removeLast(bytes.count - start)
            for byte in text.utf8 { escape(byte) }
        }
        bytes.append(0x22)
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case 0x22, 0x5C: bytes.append(contentsOf: [0x5C, byte])
        case 0x08: raw("\\b")
        case 0x09: raw("\\t")
        case 0x0A: raw("\\n")
        case 0x0C: raw("\\f")
        case 0x0D: raw("\\r")
        case 0..<0x20: raw((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16))
        default: bytes.append(byte)
        }
    }
}
