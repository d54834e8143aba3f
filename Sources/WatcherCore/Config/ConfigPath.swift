/// Where a value stands; made into text only when something is to be said about it.
indirect enum ConfigPath {
    case root
    case key(String, in: ConfigPath)
    case index(Int, in: ConfigPath)

    func key(_ name: String) -> ConfigPath { .key(name, in: self) }
    func index(_ index: Int) -> ConfigPath { .index(index, in: self) }

    /// A JSON path: `$.upstreams.elabftw.requiredAssets[2]`, other keys in brackets and quotes.
    var text: String {
        switch self {
        case .root: "$"
        case .index(let index, let parent): "\(parent.text)[\(index)]"
        case .key(let name, let parent) where Redaction.isPrivate(name): "\(parent.text)[\"…\"]"
        case .key(let name, let parent) where Self.isPlain(name): "\(parent.text).\(name)"
        case .key(let name, let parent): "\(parent.text)[\(Redaction.text(name))]"
        }
    }

    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= Redaction.lengthLimit
            && name.utf8.allSatisfy { ASCII.isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "$") }
    }
}
