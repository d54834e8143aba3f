/// What an image is built for: `linux/arm/v7`. Two spellings of the same platform are equal.
package struct Platform: Sendable, Hashable {
    package let os: String
    package let architecture: String
    /// Empty where there is none.
    package let variant: String

    /// Of a spelling as in a configuration, `OS/ARCHITECTURE[/VARIANT]`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), parts.allSatisfy(Self.isPart) else { return nil }
        self.init(os: parts[0], architecture: parts[1], variant: parts.count == 3 ? parts[2] : "")
    }

    /// Of an index or an image's configuration. `arm64/v8` is `arm64`, `arm` alone is `arm/v7`: as containerd reads them.
    package init(os: String, architecture: String, variant: String) {
        self.os = os
        switch (architecture, variant) {
        case ("arm64", "v8"), ("aarch64", ""), ("aarch64", "v8"): (self.architecture, self.variant) = ("arm64", "")
        case ("x86_64", ""), ("amd64", "v1"): (self.architecture, self.variant) = ("amd64", "")
        case ("arm", ""), ("armhf", ""): (self.architecture, self.variant) = ("arm", "v7")
        default: (self.architecture, self.variant) = (architecture, variant)
        }
    }

    /// What the builder records about a build, not an image of its own.
    package var isAttestation: Bool { os == "unknown" || architecture == "unknown" }

    private static func isPart(_ text: String) -> Bool {
        (1...20).contains(text.utf8.count)
            && text.utf8.allSatisfy { ASCII.isWord($0) && !(0x41...0x5A).contains($0) || $0 == UInt8(ascii: ".") }
    }
}

extension Platform: CustomStringConvertible {
    package var description: String { [os, architecture, variant].filter { !$0.isEmpty }.joined(separator: "/") }
}
