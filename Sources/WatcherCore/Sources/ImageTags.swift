/// An image in a registry: its tags, or the digest behind one of them, so that a base image that was built again is a
/// release. Credentials are docker's.
package struct ImageTags: ReleaseSource {
    package static let key = "image"
    package static let summary =
        "An image: NAME for its tags, NAME:TAG for the digest behind that tag. http:// in front names a registry without TLS."

    /// As written, with a tag: that of the configuration, or for the image's tags one that nobody asks for.
    package let reference: ImageReference
    /// Whether the digest behind the reference's tag is followed, not the image's tags.
    package let isOneTag: Bool

    package init?(reading value: ConfigValue) {
        guard let text = value.text(.imageName) else { return nil }
        self.init(text)
        if reference.isPlain, !reference.isLoopback { value.adviseOnPlainHTTP() }
    }

    /// Nil for what is no image.
    package init?(_ text: String) {
        if let reference = ImageReference(text) {
            (self.reference, isOneTag) = (reference, true)
        } else if let reference = ImageReference(text + ":latest") {
            (self.reference, isOneTag) = (reference, false)
        } else {
            return nil
        }
    }

    package var name: String { isOneTag ? reference.text : reference.named("") }
    package var account: String? { reference.apiHost }
    package var features: Set<SourceFeature> { isOneTag ? [.digest] : [.versions] }

    /// Tags of one image that are read at most: Docker Hub has some with ten thousands.
    package static let tagLimit = 200_000

    /// Who the upstream is: nothing but its name can say.
    package var identity: RepositoryIdentity {
        RepositoryIdentity(id: SourceID("image:" + name) ?? SourceID(tag: "image"), fullName: name)
    }

    /// The release that a digest is.
    package func release(digest: String) -> Release {
        var release = Release(id: SourceID(tag: reference.tag, object: digest), tag: reference.tag)
        release.digest = digest
        return release
    }

    package func release(tag: String) -> Release { Release(id: SourceID(tag: tag), tag: tag) }
}

extension TextRule {
    static let imageName = TextRule(
        expected: "the name of an image, such as \"ghcr.io/owner/app\" or \"docker.io/library/alpine:3.22\"",
        pattern: #"^\S+$"#
    ) { ImageTags($0) != nil }
}
