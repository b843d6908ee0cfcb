import MLSMessages
import PresentationLanguage
import RuleBook

/// The extensions of a GroupContext, read: what they demand of everyone in the group. They never change, so
/// that copies of a group share them.
package final class ContextExtensions: Sendable {
    package let list: [Extension]
    package let required: RequiredCapabilities
    /// What ``required`` and the list itself demand of a leaf beyond what every client supports.
    let demanded: Demanded
    package let externalSenders: [ExternalSender]
    /// Beyond those of RFC 9420 itself, which go without saying.
    let requiredWireFormats: Set<WireFormat>
    package let dictionary: AppDataDictionary?
    /// The group's `app_components`; nil where it has none.
    let appComponents: Set<ComponentID>?
    /// The group's `safe_aad`; nil where authenticated_data is free.
    let safeAAD: Set<ComponentID>?

    /// Sets, so that long lists are gone through once and not once per leaf.
    struct Demanded: Sendable {
        let extensions: Set<ExtensionType>
        let requiredExtensions: Set<ExtensionType>
        let proposals: Set<ProposalType>
        let credentials: Set<CredentialType>

        init(_ list: [Extension], _ required: RequiredCapabilities) {
            extensions = Set(list.lazy.map(\.type).filter { !$0.isDefault })
            requiredExtensions = Set(required.extensions.lazy.filter { !$0.isDefault })
            proposals = Set(required.proposals.lazy.filter { !$0.isDefault })
            credentials = Set(required.credentials)
        }
    }

    /// Whether authenticated_data holds a SafeAAD (D-7).
    package var isSafeAADRequired: Bool { safeAAD != nil }

    /// Refuses a list that no GroupContext may have (D-20, D-32, D-36), except that of the
    /// dictionary only the order is checked.
    package init(_ list: [Extension], _ profile: GroupProfile) throws(Refusal) {
        let rules = profile.enforcement
        try rules.require(
            .groupContextExtensions, list.repeatedType == nil, "GroupContext extensions",
            expected: "each type once", found: "\(list.repeatedType?.description ?? "") twice")
        let grease = list.first { $0.type.isGREASE }?.type
        try rules.require(
            .grease, grease == nil, "GroupContext extensions",
            expected: "no GREASE", found: grease?.description ?? "")
        self.list = list
        required = try list.decoded(.requiredCapabilities) ?? RequiredCapabilities()
        demanded = Demanded(list, required)
        let senders: ExternalSenders? = try list.decoded(.externalSenders)
        externalSenders = senders?.senders ?? []
        let formats: WireFormats? = try list.decoded(.requiredWireFormats)
        requiredWireFormats = Set((formats?.formats ?? []).filter { $0 > .keyPackage })
        dictionary = try list.decoded(.appDataDictionary)
        if let dictionary {
            try dictionary.checkPlace(.groupContext, "GroupContext", profile)
        }
        appComponents = try dictionary?.components(.appComponents).map { Set($0) }
        safeAAD = try dictionary?.components(.safeAAD).map { Set($0) }
    }

    /// Whether leaves that were fit under the other extensions may not be under these (D-21).
    func demandsComponents(otherThan other: ContextExtensions) -> Bool {
        appComponents != other.appComponents || safeAAD != other.safeAAD
            || requiredWireFormats != other.requiredWireFormats
    }
}

extension [Extension] {
    /// The data of an extension of the GroupContext as a struct.
    fileprivate func decoded<T: TLSDecodable>(_ type: ExtensionType) throws(Refusal) -> T? {
        guard let data = data(of: type) else { return nil }
        do {
            return try T(parsing: data)
        } catch {
            throw Refusal(
                .groupContextExtensions, "GroupContext extension \(type)",
                expected: "its registered structure", found: error.description)
        }
    }

    /// The dictionary of a leaf, a key package or a GroupInfo, if it has one.
    func dictionary(of item: @autoclosure () -> String) throws(Refusal) -> AppDataDictionary? {
        guard let data = data(of: .appDataDictionary) else { return nil }
        do {
            return try AppDataDictionary(parsing: data)
        } catch {
            throw Refusal(
                .appDataDictionary, item(), expected: "an AppDataDictionary",
                found: error.description)
        }
    }
}

extension AppDataDictionary {
    /// The list that a component keeps here; nil where there is none.
    func components(_ component: ComponentID) throws(Refusal) -> [ComponentID]? {
        guard let data = self[component] else { return nil }
        do {
            return try ComponentsList(parsing: data).components
        } catch {
            throw Refusal(
                .appDataDictionary, "component \(component)", expected: "a ComponentsList",
                found: error.description)
        }
    }

    /// D-36: sorted, each id once, and known ids only where they belong. GREASE ids are for the
    /// receiver to ignore and so never in a GroupContext.
    func checkPlace(
        _ place: ComponentLocations, _ item: @autoclosure () -> String, _ profile: GroupProfile
    ) throws(Refusal) {
        let rules = profile.enforcement
        try rules.require(
            .appDataDictionary, isSorted, item(), expected: "component ids that ascend",
            found: entries.map(\.component.description).joined(separator: " "))
        for entry in entries {
            let component = entry.component
            let known = profile.components.locations(of: component)
            let misplaced = known.map { !$0.contains(place) } ?? false
            let grease = place == .groupContext && component.isGREASE
            try rules.require(
                .appDataDictionary, !misplaced && !grease, item(),
                expected: "components that belong there", found: component.description)
        }
    }
}
