/// How platforms are written: by docker, whose spelling a configuration has to have, and elsewhere.
extension Platform {
    /// What the text means, as docker writes it, where its architecture is known: `linux/arm/v7` for `linux/armv7`,
    /// `armhf` and `arm/v7`. Of a platform that is written right it is the text itself.
    static func meant(by text: String) -> String? {
        let words = text.lowercased()
        let end = words.firstIndex { "/-_".contains($0) } ?? words.endIndex
        let isSystem = systems.contains(String(words[..<end]))
        let rest = isSystem ? String(words[end...].dropFirst()) : words
        let meant =
            (isSystem ? words[..<end] : "linux") + "/" + (others[rest] ?? String(rest.map { $0 == "-" ? "/" : $0 }))
        guard let platform = Platform(meant), architectures[platform.architecture] != nil else { return nil }
        return isSystem || platform.isKnown ? meant : nil
    }

    /// Whether it is among those that docker is known to know. It may know more.
    var isKnown: Bool {
        Self.systems.contains(os)
            && Self.architectures[architecture].map { variant.isEmpty || $0.contains(variant) } ?? false
    }

    static let systems: Set<String> = ["darwin", "freebsd", "linux", "wasi", "wasip1", "windows"]

    /// With their variants.
    static let architectures: [String: Set<String>] = [
        "386": [], "amd64": ["v2", "v3", "v4"], "arm": ["v5", "v6", "v7", "v8"], "arm64": ["v9"], "loong64": [],
        "mips": [], "mips64": [], "mips64le": [], "mipsle": [], "ppc64": [], "ppc64le": [], "riscv64": [], "s390x": [],
        "wasm": [],
    ]

    /// The words of `uname`, Debian, image names and vendors. Those that docker reads too are here as it reads them.
    private static let others = [
        "armv5": "arm/v5", "arm32v5": "arm/v5", "arm/5": "arm/v5",
        "armv6": "arm/v6", "armv6l": "arm/v6", "armel": "arm/v6", "arm32v6": "arm/v6", "arm/6": "arm/v6",
        "armv7": "arm/v7", "armv7l": "arm/v7", "armhf": "arm/v7", "arm32v7": "arm/v7", "arm/7": "arm/v7",
        "aarch64": "arm64", "armv8": "arm64", "arm64v8": "arm64", "arm64/8": "arm64",
        "x86_64": "amd64", "x86-64": "amd64", "x64": "amd64", "x86": "386", "i386": "386", "i686": "386",
        "ppc64el": "ppc64le", "mipsel": "mipsle", "mips64el": "mips64le", "loongarch64": "loong64",
    ]
}
