import PresentationLanguage

/// ```
/// enum { unspecified(0), localProvider(1), hub(2), (255) } UploadLocation;
/// enum { direct(0), hubProxy(1), ohttp(2), (255) } DownloadPrivacyType;
///
/// struct { opaque provider<V>; opaque domains<V><V>; } ProviderUploadDomain;
///
/// struct {
///     UploadLocation upload_location;
///     ProviderUploadDomain upload_domains<V>;
///     DownloadPrivacyType allowed_download_types<V>;
///     DownloadPrivacyType forbidden_download_types<V>;
///     DownloadPrivacyType default_download_type;
///     uint64 max_image; uint64 max_audio; uint64 max_video; uint64 max_attachment;
///     MediaType forbidden_media_types<V>;
///     optional<MediaType> permitted_media_types; // or optional<MediaType<V>> (H-16)
/// } AssetPolicy;
/// ```
/// room-policy §6.4: the component `asset_policy`
package struct AssetPolicy: Hashable, Sendable {
    package enum Location: UInt8, Sendable {
        case unspecified = 0
        case localProvider = 1
        case hub = 2
    }

    package enum Download: UInt8, TLSCodable, Sendable {
        case direct = 0
        case hubProxy = 1
        case obliviousHTTP = 2

        package init(from reader: inout Reader) throws(DecodingError) {
            self = try reader.readEnum("DownloadPrivacyType")
        }

        package func write(to writer: inout Writer) {
            writer.write(rawValue)
        }
    }

    package struct UploadDomain: TLSCodable, Hashable, Sendable {
        package let provider: [UInt8]
        package let domains: [[UInt8]]

        package init(from reader: inout Reader) throws(DecodingError) {
            provider = try reader.readOpaque()
            domains = try reader.readOpaqueList()
        }

        package func write(to writer: inout Writer) {
            writer.write(opaque: provider)
            writer.write(opaqueList: domains)
        }
    }

    package let location: Location
    package let uploadDomains: [UploadDomain]
    package let allowed: [Download]
    package let forbidden: [Download]
    package let usual: Download
    /// In bytes: of an image, an audio, a video and another attachment.
    package let maximumSizes: [UInt64]
    package let forbiddenTypes: [MediaType]
    /// Nil where all that are not forbidden are permitted.
    package let permittedTypes: [MediaType]?

    package init(
        from reader: inout Reader, _ profile: WireProfile
    ) throws(DecodingError) {
        location = try reader.readEnum("UploadLocation")
        uploadDomains = try reader.readList()
        allowed = try reader.readList()
        forbidden = try reader.readList()
        usual = try Download(from: &reader)
        var sizes: [UInt64] = []
        for _ in 0..<4 { sizes.append(try reader.readUInt64()) }
        maximumSizes = sizes
        forbiddenTypes = try reader.readList()
        permittedTypes = try reader.readOptional { (reader) throws(DecodingError) in
            profile.permitsMediaTypeList
                ? try reader.readList() : [try MediaType(from: &reader)]
        }
    }

    package func encoded(_ profile: WireProfile) -> [UInt8] {
        var writer = Writer()
        writer.write(location.rawValue)
        writer.write(list: uploadDomains)
        writer.write(list: allowed)
        writer.write(list: forbidden)
        usual.write(to: &writer)
        for size in maximumSizes { writer.write(size) }
        writer.write(list: forbiddenTypes)
        writer.write(UInt8(permittedTypes == nil ? 0 : 1))
        guard let permittedTypes else { return writer.bytes }
        if profile.permitsMediaTypeList {
            writer.write(list: permittedTypes)
        } else {
            permittedTypes.first?.write(to: &writer)
        }
        return writer.bytes
    }
}
