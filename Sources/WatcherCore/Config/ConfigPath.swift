/// Where a value stands; made into text only when something is to be said about it.
struct ConfigPath {
    private let base: String
    private let step: Step

    private enum Step {
        case root
        case key(String)
        case index(Int)
    }

    static let root = ConfigPath(base: "$", step: .root)

    func key(_ name: String) -> ConfigPath { ConfigPath(base: text, step: .key(name)) }
    func index(_ index: Int) -> ConfigPath { ConfigPath(base: text, step: .index(index)) }

    /// A JSON path: `$.upstreams.elabftw.requiredAssets[2]`, other keys in brackets and quotes.
    var text: String {
        switch step {
        case .root: base
        case .index(let index): "\(base)[\(index)]"
        case .key(let name) where Shown.isPrivate(name): "\(base)[\"…\"]"
        case .key(let name) where Self.isPlain(name): "\(base).\(name)"
        case .key(let name): "\(base)[\(Shown.text(name))]"
        }
    }

    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= Shown.lengthLimit
            && name.utf8.allSatisfy { ASCII.isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "$") }
    }
}
