//! The pages, each a template and what it is made of.

use askama::Template;

use super::{RenderError, assets, view};

/// A page function over a template and a view.
macro_rules! page {
    ($(#[$doc:meta])* $function:ident, $template:ident, $path:literal, $view:ty) => {
        #[derive(Template)]
        #[template(path = $path, config = "src/render/askama.toml")]
        struct $template<'a> {
            page: &'a $view,
            style: &'a str,
            version: &'a str,
        }

        $(#[$doc])*
        ///
        /// # Errors
        /// A template that cannot be written.
        pub fn $function(page: &$view) -> Result<String, RenderError> {
            Ok($template { page, style: &assets::STYLE_NAME, version: crate::VERSION }.render()?)
        }
    };
}

page!(
    /// The search page, and the front page.
    search, SearchTemplate, "search.html", view::Search
);
page!(
    /// The page of one item.
    item, ItemTemplate, "item.html", view::Item
);
page!(
    /// The page of one incident.
    incident, IncidentTemplate, "incident.html", view::Incident
);
page!(
    /// The page of one service.
    service, ServiceTemplate, "service.html", view::Service
);
page!(
    /// All services.
    services, ServicesTemplate, "services.html", view::Services
);
page!(
    /// The reliability of all services.
    stats, StatsTemplate, "stats.html", view::reliability::Stats
);
page!(
    /// The calendar of planned work.
    maintenance, MaintenanceTemplate, "maintenance.html", view::state::Maintenance
);
page!(
    /// The health of every source.
    sources, SourcesTemplate, "sources.html", view::Sources
);
page!(
    /// A page of plain words.
    plain, PlainTemplate, "plain.html", view::Plain
);
page!(
    /// How the judge works and how good it is.
    method, MethodTemplate, "method.html", view::Method
);
