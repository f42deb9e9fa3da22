import { readFileSync } from "node:fs";
import { checkout } from "./checkout.ts";

/** A query of the dashboard and where it stands. */
export interface DashboardQuery {
  readonly panel: string;
  /** With variables of Grafana in it. */
  readonly expression: string;
}

/** A variable of the dashboard that asks Prometheus for its values. */
export interface DashboardVariable {
  readonly name: string;
  /** With variables of Grafana in it. */
  readonly selector: string;
  /** The label whose values it takes. */
  readonly label: string;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly definition?: string;
    }[];
  };
}

/** What deploy/grafana/onemaster.json asks. Throws on a variable that it cannot read. */
export function readDashboard(): {
  readonly panels: readonly Panel[];
  readonly queries: readonly DashboardQuery[];
  readonly variables: readonly DashboardVariable[];
} {
  const file = `${checkout}/deploy/grafana/onemaster.json`;
  const { panels, templating } = JSON.parse(readFileSync(file, "utf8")) as Dashboard;
  return {
    panels,
    queries: panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ panel: title, expression: expr })),
    ),
    variables: templating.list.flatMap(({ name, type, definition = "" }) => {
      if (type !== "query") return [];
      const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
      if (selector === undefined || label === undefined) throw new Error(`${name}: ${definition}`);
      return [{ name, selector, label }];
    }),
  };
}

/** What the variables stand for. `All` in Grafana is `.*` here. */
export interface Chosen {
  readonly cluster: string;
  readonly instance: string;
  readonly socket: string;
}

/** A query as Grafana sends it. Throws when a variable is left that nobody chose. */
export function withChosen(expression: string, chosen: Chosen): string {
  const values: Readonly<Record<string, string>> = { ...chosen, __rate_interval: "30s" };
  return expression.replaceAll(/\$(\w+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`$${name} in ${expression}`);
    return value;
  });
}
