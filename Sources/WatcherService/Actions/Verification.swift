import WatcherCore

extension RegistryClient {
    /// Whether images are there for every platform. The first one's digests are reported.
    func verify(_ command: Command.Verify) async -> VerifyOutcome {
        var first: (digest: String, platforms: [PlatformDigest])?
        for text in command.images {
            guard let reference = ImageReference(text) else {
                let objection = ImageReference.Objection(to: text)
                return .failed(.permanent(objection?.reason ?? text, hint: objection?.hint))
            }
            switch await image(reference) {
            case .failure(let failure): return .failed(failure)
            case .success(nil): return .absent(image: reference.text)
            case .success(let image?):
                var notes: [PlatformDigest] = []
                var missing: [String] = []
                var named: [ImageIndex.Manifest] = []
                for platform in command.platforms {
                    if let manifest = image.manifests.first(where: { $0.platform == Platform(platform) }) {
                        notes.append(PlatformDigest(platform: platform, digest: manifest.digest))
                        named.append(manifest)
                    } else {
                        missing.append(platform)
                    }
                }
                // A tag that stands for one image alone has been fetched just now.
                switch await self.missing(named.filter { $0.digest != image.digest }, of: reference) {
                case .failure(let failure): return .failed(failure)
                case .success(let gone):
                    let digests = Set(gone.map(\.digest))
                    missing += notes.filter { digests.contains($0.digest) }.map(\.platform)
                }
                guard missing.isEmpty else { return .incomplete(image: reference.text, missing: missing) }
                first = first ?? (image.digest, notes)
            }
        }
        guard let first else { return .failed(.permanent("there is no image to look for", hint: nil)) }
        return .complete(digest: first.digest, first.platforms)
    }
}
