import PresentationLanguage

/// `opaque join_links<V><V>;`
///
/// room-policy §6.2: the component `join_links` (H-16)
package struct JoinLinks: TLSCodable, Hashable, Sendable {
    package let links: [[UInt8]]

    package init(_ links: [[UInt8]]) {
        self.links = links
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        links = try reader.readOpaqueList()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaqueList: links)
    }

    /// The links after the updates of one commit, whose places are all those of this list (E-22). Nil
    /// if a place is outside the list or named twice.
    package func applying(_ updates: [JoinLinksUpdate]) -> JoinLinks? {
        var removed = Set<UInt32>()
        for place in updates.lazy.flatMap(\.removed) {
            guard place < links.count, removed.insert(place).inserted else { return nil }
        }
        let kept = links.enumerated().filter { !removed.contains(UInt32($0.offset)) }.map(\.element)
        return JoinLinks(kept + updates.flatMap(\.added))
    }
}

/// ```
/// struct {
///     uint32 removedIndices<V>;
///     opaque addedJoinLinks<V><V>;
/// } JoinLinksUpdate;
/// ```
/// room-policy §6.2
package struct JoinLinksUpdate: TLSCodable, Hashable, Sendable {
    package let removed: [UInt32]
    package let added: [[UInt8]]

    package init(removed: [UInt32] = [], added: [[UInt8]] = []) {
        self.removed = removed
        self.added = added
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        removed = try reader.readList()
        added = try reader.readOpaqueList()
    }

    package func write(to writer: inout Writer) {
        writer.write(list: removed)
        writer.write(opaqueList: added)
    }
}
