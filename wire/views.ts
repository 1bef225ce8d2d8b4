/** Named dashboards: their JSON in the HTTP API (docs/views.md). The files themselves are YAML. */

/** A view as its YAML file describes it, with every default filled in. */
export interface View {
  readonly title: string;
  readonly description: string;
  /** What it shows at first, such as `1h`; null = as the page does. */
  readonly range: string | null;
  readonly variables: readonly ViewVariable[];
  readonly rows: readonly ViewRow[];
}

/** A text that whoever looks may change; `$name` in expressions. */
export interface ViewVariable {
  readonly name: string;
  readonly value: string;
}

export interface ViewRow {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** What a panel asks for. */
export interface ViewQuery {
  /** PromQL, with `$name` for variables. */
  readonly expr: string;
  /** Of its line or column; `{{label}}` stands for a label; null = whatever tells the series apart. */
  readonly name: string | null;
  /** null = those of the metric */
  readonly units: string | null;
}

interface PanelFrame {
  readonly title: string;
  readonly description: string;
  /** Columns of twelve. */
  readonly width: number;
  /** Of the drawing, CSS pixels. */
  readonly height: number;
}

/** Where values begin to be bad; where `critical` is less than `warning`, small values are. */
export interface Thresholds {
  readonly warning: number | null;
  readonly critical: number | null;
}

export interface ChartPanel extends PanelFrame, Thresholds {
  readonly type: 'chart';
  readonly style: 'line' | 'area' | 'stack';
  readonly queries: readonly ViewQuery[];
  readonly min: number | null;
  readonly max: number | null;
  /** Lines that are drawn, the largest ones. */
  readonly limit: number;
}

/** Median, 5th to 95th percentile and maximum of one metric over all hosts. */
export interface BandPanel extends PanelFrame {
  readonly type: 'band';
  readonly metric: string;
}

/** A line per series, a column per moment, the colour is the value. */
export interface StripPanel extends PanelFrame {
  readonly type: 'strip';
  readonly queries: readonly ViewQuery[];
}

/** A row per set of labels, a column per query; the largest of the first column on top. */
export interface TablePanel extends PanelFrame, Thresholds {
  readonly type: 'table';
  readonly queries: readonly ViewQuery[];
  readonly limit: number;
}

/** Numbers of now, each with its line. */
export interface ValuePanel extends PanelFrame, Thresholds {
  readonly type: 'value';
  readonly queries: readonly ViewQuery[];
}

export interface TextPanel extends PanelFrame {
  readonly type: 'text';
  /** A part of Markdown: headings, lists, emphasis, code, links. */
  readonly text: string;
}

export type Panel = ChartPanel | BandPanel | StripPanel | TablePanel | ValuePanel | TextPanel;

/** What is wrong with a file, and where. */
export interface ViewProblem {
  /** 1-based; 0 = the file as a whole. */
  readonly line: number;
  readonly column: number;
  /** `rows[0].panels[2].units`; empty = the file as a whole */
  readonly field: string;
  readonly message: string;
}

/** `built-in`: shipped with the appliance; `own`: a file of the folder of views, also in place of a built-in one. */
export type ViewOrigin = 'built-in' | 'own';

/** GET /api/views */
export interface ViewSummary {
  /** Of its file, without `.yaml`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly origin: ViewOrigin;
  /** It stands in place of a built-in view. */
  readonly isOverride: boolean;
  readonly panelCount: number;
  readonly problemCount: number;
  /** null for built-in views */
  readonly changedMs: number | null;
}

/** GET /api/views */
export interface ViewList {
  readonly views: readonly ViewSummary[];
  /** Whether who asks may change them. */
  readonly canEdit: boolean;
}

/** GET and PUT /api/views/NAME */
export interface ViewFile extends ViewSummary {
  readonly text: string;
  /** Of the text; sent back in `If-Match`, so that nobody overwrites what he has not seen. */
  readonly version: string;
  /** null when it has problems */
  readonly view: View | null;
  readonly problems: readonly ViewProblem[];
  readonly canEdit: boolean;
}

/** POST /api/views/check */
export interface ViewCheck {
  readonly view: View | null;
  readonly problems: readonly ViewProblem[];
}

/** POST /api/views/import */
export interface ImportedView {
  readonly name: string;
  readonly text: string;
  /** What could not be carried over, one sentence each. */
  readonly notes: readonly string[];
}

/** POST /api/views/values: PromQL expressions at the newest complete second. */
export interface ViewValues {
  /** Seconds since the epoch. */
  readonly timeS: number;
  /** In the order of the expressions. */
  readonly answers: readonly ViewAnswer[];
}

export interface ViewAnswer {
  readonly error: string | null;
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>;
    /** null = NaN or infinite */
    readonly value: number | null;
  }[];
}
