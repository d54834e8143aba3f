/// What a registry says an image consists of: an index with a manifest a platform, or one manifest alone.
package struct ImageIndex: Sendable, Equatable {
    package struct Manifest: Sendable, Equatable {
        package var platform: Platform
        package var digest: String

        package init(platform: Platform, digest: String) {
            self.platform = platform
            self.digest = digest
        }
    }

    package enum Content: Sendable, Equatable {
        /// Attestations left out.
        case index([Manifest])
        /// An image for one platform, which only its configuration names: the digest of that.
        case manifest(configuration: String)
    }

    /// A registry may answer with any of these; the first two are indexes.
    package static let mediaTypes = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    ]
    /// How many manifests one index may name.
    private static let manifestLimit = 1000

    package let content: Content

    /// Nil for what is neither: an old kind of manifest, or nonsense.
    package init?(_ value: JSONValue) {
        if case .array(let elements)? = value["manifests"], elements.count <= Self.manifestLimit {
            var manifests: [Manifest] = []
            for element in elements {
                guard let digest = element["digest"]?.text, Self.isDigest(digest) else { return nil }
                guard let platform = element["platform"].flatMap(Platform.init(wire:)), !platform.isAttestation else {
                    continue
                }
                manifests.append(Manifest(platform: platform, digest: digest))
            }
            content = .index(manifests)
        } else if let digest = value["config"]?["digest"]?.text, Self.isDigest(digest), value["layers"] != nil {
            content = .manifest(configuration: digest)
        } else {
            return nil
        }
    }

    /// `sha256:` and 64 characters, or another algorithm of the same shape: safe in a path and in an argument.
    package static func isDigest(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, (32...256).contains(parts[1].utf8.count) else { return false }
        return parts.allSatisfy { $0.utf8.allSatisfy { ASCII.isDigit($0) || (0x61...0x7A).contains($0) } }
    }
}

/// What the configuration of an image says about it.
package struct ImageConfiguration: Sendable, Equatable {
    package let platform: Platform
    package let labels: [String: String]

    package init?(_ value: JSONValue) {
        guard let platform = Platform(wire: value) else { return nil }
        self.platform = platform
        var labels: [String: String] = [:]
        if case .object(let members)? = value["config"]?["Labels"] {
            for member in members { labels[member.name] = member.value.text }
        }
        self.labels = labels
    }
}

extension Platform {
    fileprivate init?(wire value: JSONValue) {
        guard let os = value["os"]?.text, let architecture = value["architecture"]?.text else { return nil }
        self.init(os: os, architecture: architecture, variant: value["variant"]?.text ?? "")
    }
}

extension JSONValue {
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }
}
