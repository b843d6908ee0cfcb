import PresentationLanguage

/// `opaque domains<V><V>;`
///
/// ratchet-tree-options §3: the data of the `ratchet_tree_source_domains` extension.
struct DomainList: TLSDecodable {
    /// Lower-cased.
    let domains: [[UInt8]]

    init(from reader: inout Reader) throws(DecodingError) {
        domains = try reader.readOpaqueList().map { $0.map(HTTPSHost.lowerCased) }
    }
}

/// The host of an `https` URL, lower-cased, without user and port (RFC 3986 §3.2).
struct HTTPSHost {
    let bytes: [UInt8]

    init?(of url: [UInt8]) {
        let scheme = Array("https://".utf8)
        guard url.count > scheme.count, url.prefix(scheme.count).map(Self.lowerCased) == scheme
        else { return nil }
        let authority = url.dropFirst(scheme.count).prefix { !Array("/?#".utf8).contains($0) }
        // A user part is nothing that a tree URL needs, and a classic way to disguise a host.
        guard !authority.contains(UInt8(ascii: "@")) else { return nil }
        // An IPv6 address is in brackets, with colons inside.
        let address =
            authority.first == UInt8(ascii: "[") ? authority.lastIndex(of: UInt8(ascii: "]")) : nil
        let host =
            address.map { authority[...$0] } ?? authority.prefix { $0 != UInt8(ascii: ":") }
        bytes = host.map(Self.lowerCased)
        if bytes.isEmpty { return nil }
    }

    static func lowerCased(_ byte: UInt8) -> UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
    }
}
