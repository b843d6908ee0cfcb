import PresentationLanguage

/// ```
/// struct {
///     Optionality autodetect;                    // not required
///     Optionality send;
///     Optionality automatic;
///     Optionality proxy_use;
///     select (proxy_use) { case optional, required: Uri proxies<V>; };
/// } LinkPreviewPolicy;
/// ```
/// room-policy §6.3: the component `link_preview_policy`
package struct LinkPreviewPolicy: TLSCodable, Hashable, Sendable {
    package let autodetect: Optionality
    package let send: Optionality
    package let automatic: Optionality
    package let proxyUse: Optionality
    package let proxies: [[UInt8]]

    package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        autodetect = try Optionality(from: &reader)
        guard autodetect != .required else {
            throw DecodingError(.invalidValue(field: "autodetect", value: 1), at: start)
        }
        send = try Optionality(from: &reader)
        automatic = try Optionality(from: &reader)
        proxyUse = try Optionality(from: &reader)
        proxies = proxyUse == .forbidden ? [] : try reader.readOpaqueList()
    }

    package func write(to writer: inout Writer) {
        autodetect.write(to: &writer)
        send.write(to: &writer)
        automatic.write(to: &writer)
        proxyUse.write(to: &writer)
        if proxyUse != .forbidden { writer.write(opaqueList: proxies) }
    }
}
